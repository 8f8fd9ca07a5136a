#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <vector>

#include "mnist/onnx/call.hpp"

// The operators on lists, tuples, dictionaries and types that are LibTorch's interpreter's own.
namespace mnist::onnx {

bool makes_container(const torch::jit::Node& node);

/// The result of such a node.
Lanes make_container(const torch::jit::Node& node, const std::vector<Lanes>& inputs);

/// Those of a `prim::ListUnpack`. Throws `std::runtime_error` where they are not so many.
std::vector<Lanes> unpack_list(const torch::jit::Node& node, const Lanes& list);

}  // namespace mnist::onnx
