#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "mnist/onnx/graph.hpp"

namespace mnist::onnx {

/// The model is run with two batches at once, of these sizes: what differs between them depends on
/// the batch size, and how, two points of a line tell.
inline constexpr std::array<std::int64_t, 2> kBatches = {2, 3};

/// An integer, for the one batch and for the other.
using Size = std::array<std::int64_t, 2>;
using Sizes = std::vector<Size>;
inline bool is_fixed(const Size& size) { return size[0] == size[1]; }

/// A graph that grows step by step. Names depend on nothing but the steps' order and the names of
/// the model's weights, so that the same model makes the same file.
class Builder {
 public:
  /// `weights`: tensors that are to be known by these names.
  Builder(const std::map<std::string, at::Tensor>& weights, ValueInfo input);

  /// Adds a step; returns the names of the `count` values that it makes.
  std::vector<std::string> add(const std::string& op, std::vector<std::string> inputs,
                               Attributes attributes, std::size_t count);
  std::string add(const std::string& op, std::vector<std::string> inputs,
                  Attributes attributes = {});

  /// The name of a tensor that is the same whatever the input is.
  std::string constant(const at::Tensor& value);
  /// An int64 tensor [values.size()], computed from the batch size where that matters.
  std::string integers(const Sizes& values);
  std::string integers(const Ints& values);
  /// One of them, as a scalar.
  std::string integer(const Size& value);
  /// The value in another shape, with as many elements. No size is zero.
  std::string reshape(const std::string& value, const Sizes& shape);

  const std::string& input() const { return graph_.inputs.front().name; }

  /// The graph, without what its outputs do not need. `values` are the names they have so far.
  Graph finish(const std::vector<std::string>& values, std::vector<ValueInfo> outputs) &&;

 private:
  std::string unique(std::string name);
  std::string linear_in_batch(const Size& value);
  void give_name(const std::string& value, const std::string& name);
  void remove_unused();

  Graph graph_;
  std::set<std::string> taken_;
  std::unordered_map<const c10::TensorImpl*, std::string> weights_;
  std::map<std::string, std::string> used_weights_;  ///< by their own names
  std::map<std::string, std::size_t> counts_;        ///< of names that begin alike
  std::string batch_;                                ///< the batch size's name, once it is needed
};

}  // namespace mnist::onnx
