#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mnist/onnx/graph.hpp"

// What ONNX's operators do, said in LibTorch's: to run a graph's steps before its file is written.
namespace mnist::onnx {

/// A node with the values that it takes.
class Step {
 public:
  Step(const Node& node, std::vector<at::Tensor> inputs)
      : node_(node), inputs_(std::move(inputs)) {}

  std::size_t inputs() const { return inputs_.size(); }
  std::size_t outputs() const { return node_.outputs.size(); }
  /// Undefined where it is left out.
  at::Tensor input(std::size_t i) const { return i < inputs_.size() ? inputs_[i] : at::Tensor(); }
  const std::vector<at::Tensor>& all_inputs() const { return inputs_; }
  Ints integers_input(std::size_t i) const;

  std::int64_t integer(std::string_view attribute, std::int64_t otherwise) const;
  double number(std::string_view attribute, double otherwise) const;
  std::string text(std::string_view attribute, const std::string& otherwise) const;
  Ints integers(std::string_view attribute, const Ints& otherwise) const;

 private:
  const Attribute* find(std::string_view attribute) const;

  const Node& node_;
  std::vector<at::Tensor> inputs_;
};

/// Types of numbers, a bit for each.
using Types = std::uint64_t;
constexpr Types bit_of(at::ScalarType type) { return Types{1} << static_cast<int>(type); }
inline constexpr Types kFloat = bit_of(at::kFloat), kBFloat = bit_of(at::kBFloat16),
                       kShort = bit_of(at::kShort), kTruth = bit_of(at::kBool),
                       kBytes = bit_of(at::kChar) | bit_of(at::kByte),
                       kFloats = kFloat | bit_of(at::kHalf) | bit_of(at::kDouble),
                       kFloating = kFloats | kBFloat,
                       kWide = kFloating | bit_of(at::kInt) | bit_of(at::kLong),
                       kNumbers = kWide | kShort | kBytes, kSigned = kNumbers & ~bit_of(at::kByte),
                       kAll = kNumbers | kTruth;

struct StepRule {
  std::string_view op;
  Types types;  ///< that its operands may have, where ONNX allows several, by opset 17
  std::vector<at::Tensor> (*run)(const Step& step);
};

// By kind: over windows of images and normalizations; on each number; over dimensions.
std::span<const StepRule> image_steps();
std::span<const StepRule> number_steps();
std::span<const StepRule> dimension_steps();

}  // namespace mnist::onnx
