#include "mnist/onnx/model_proto.hpp"

#include <ATen/ops/empty.h>
#include <c10/util/StringUtil.h>

#include <bit>
#include <stdexcept>

#include "mnist/onnx/protobuf.hpp"

namespace mnist::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX's raw data is little-endian");

// Every current runtime reads these.
constexpr std::int64_t kIrVersion = 8, kOpset = 17;
constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - 1;

Message attribute_proto(const std::string& name, const Attribute& value) {
  enum Type : std::uint8_t { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };
  Message proto;
  proto.bytes(1, name);
  if (const auto* number = std::get_if<float>(&value)) {
    proto.number(2, *number);
    proto.integer(20, kFloat);
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    proto.integer(3, *integer);
    proto.integer(20, kInt);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    proto.bytes(4, *text);
    proto.integer(20, kString);
  } else {
    proto.integers(8, std::get<Ints>(value));
    proto.integer(20, kInts);
  }
  return proto;
}

Message node_proto(const Node& node) {
  Message proto;
  for (const std::string& input : node.inputs) proto.bytes(1, input);
  for (const std::string& output : node.outputs) proto.bytes(2, output);
  proto.bytes(3, node.outputs.front());
  proto.bytes(4, node.op);
  for (const auto& [name, value] : node.attributes) proto.message(5, attribute_proto(name, value));
  return proto;
}

Message tensor_proto(const Constant& constant) {
  // Weights may lie in memory in another order, channels last, say.
  const at::Tensor values = constant.value.detach().cpu().contiguous();
  Message proto;
  proto.integers(1, values.sizes().vec());
  proto.integer(2, data_type(values.scalar_type()));
  proto.bytes(8, constant.name);
  proto.bytes(9, {static_cast<const char*>(values.data_ptr()), values.nbytes()});
  return proto;
}

Message value_info_proto(const ValueInfo& value) {
  Message shape;
  for (const std::int64_t size : value.shape) {
    Message dimension;
    if (size == kBatchSize) dimension.bytes(2, "N");
    if (size >= 0) dimension.integer(1, size);
    shape.message(1, dimension);
  }
  Message tensor, type, proto;
  tensor.integer(1, data_type(value.type));
  tensor.message(2, shape);
  type.message(1, tensor);
  proto.bytes(1, value.name);
  proto.message(2, type);
  return proto;
}

Message graph_proto(const Graph& graph) {
  Message proto;
  for (const Node& node : graph.nodes) proto.message(1, node_proto(node));
  proto.bytes(2, "forward");
  for (const Constant& constant : graph.constants) proto.message(5, tensor_proto(constant));
  for (const ValueInfo& input : graph.inputs) proto.message(11, value_info_proto(input));
  for (const ValueInfo& output : graph.outputs) proto.message(12, value_info_proto(output));
  return proto;
}

void check_size(const Graph& graph) {
  std::size_t bytes = 0;
  for (const Constant& constant : graph.constants) bytes += constant.value.nbytes();
  if (bytes > kMostBytes / 100 * 99) {
    throw std::runtime_error(c10::str("the model's weights take ", bytes,
                                      " bytes: an ONNX file may have up to ", kMostBytes));
  }
}

}  // namespace

std::int64_t data_type(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return 1;
    case at::kByte:
      return 2;
    case at::kChar:
      return 3;
    case at::kShort:
      return 5;
    case at::kInt:
      return 6;
    case at::kLong:
      return 7;
    case at::kBool:
      return 9;
    case at::kHalf:
      return 10;
    case at::kDouble:
      return 11;
    case at::kBFloat16:
      return 16;
    default:
      throw std::runtime_error(c10::str("ONNX has no tensors of type ", c10::toString(type)));
  }
}

std::string to_bytes(const Graph& graph, const std::string& producer,
                     const std::vector<std::pair<std::string, std::string>>& metadata) {
  check_size(graph);
  Message opset, proto;
  opset.integer(2, kOpset);
  proto.integer(1, kIrVersion);
  proto.bytes(2, producer);
  proto.message(7, graph_proto(graph));
  proto.message(8, opset);
  for (const auto& [key, value] : metadata) {
    Message entry;
    entry.bytes(1, key);
    entry.bytes(2, value);
    proto.message(14, entry);
  }
  return std::move(proto).take();
}

}  // namespace mnist::onnx
