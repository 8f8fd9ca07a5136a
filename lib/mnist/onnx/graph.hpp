#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What an ONNX file holds, before it is bytes.
namespace mnist::onnx {

using Ints = std::vector<std::int64_t>;
using Attribute = std::variant<std::int64_t, float, std::string, Ints>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;

/// One step: an operator of ONNX, the names of the values that it takes ("" where one is left out)
/// and of those that it makes.
struct Node {
  std::string op;
  std::vector<std::string> inputs, outputs;
  Attributes attributes;
};

/// In a shape: the batch size, and a size that follows from it in some other way.
inline constexpr std::int64_t kBatchSize = -1, kUnknownSize = -2;

struct ValueInfo {
  std::string name;
  at::ScalarType type;
  Ints shape;
};

struct Constant {
  std::string name;
  at::Tensor value;
};

struct Graph {
  std::vector<ValueInfo> inputs, outputs;
  std::vector<Constant> constants;
  std::vector<Node> nodes;  ///< each after those whose values it takes
};

}  // namespace mnist::onnx
