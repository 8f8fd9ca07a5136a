#pragma once

#include <vector>

#include "mnist/onnx/graph.hpp"

namespace mnist::onnx {

/// The outputs of the graph for this input, by LibTorch's operators, each step done as ONNX defines
/// it: https://onnx.ai/onnx/operators. Throws `std::runtime_error` where a step is none of those
/// that the table makes, and what LibTorch throws.
std::vector<at::Tensor> run_steps(const Graph& graph, const at::Tensor& input);

}  // namespace mnist::onnx
