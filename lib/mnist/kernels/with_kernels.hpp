#pragma once

#include <torch/csrc/jit/api/module.h>

#include <optional>

namespace mnist {

/// `module`, which is in evaluation mode, with the kernels in place of LibTorch's operators where
/// its `forward` convolves, takes the ReLU and the maximum of 2x2 windows, in either order, or has
/// linear layers: the same answers but for rounding, sooner. It shares the weights. Nothing where
/// there are no such layers, or where LibTorch cannot freeze the module.
std::optional<torch::jit::Module> with_kernels(const torch::jit::Module& module);

}  // namespace mnist
