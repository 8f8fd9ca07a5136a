#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mnist/onnx/graph.hpp"

namespace mnist::onnx {

/// ONNX's number for a type of tensors (`TensorProto.DataType`). Throws `std::runtime_error` where
/// it has none.
std::int64_t data_type(at::ScalarType type);

/// The bytes of an ONNX file, a `ModelProto` of opset 17, with the weights inside; `metadata` are
/// its `metadata_props`. Throws `std::runtime_error` where the weights take more than the 2 GiB
/// that such a file may have. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
std::string to_bytes(const Graph& graph, const std::string& producer,
                     const std::vector<std::pair<std::string, std::string>>& metadata);

}  // namespace mnist::onnx
