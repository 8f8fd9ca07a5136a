#pragma once

#include <torch/csrc/jit/api/module.h>

namespace mnist {

/// `module`, which is in evaluation mode, with the kernels in place of LibTorch's operators where
/// its `forward` convolves, takes the ReLU and the maximum of 2x2 windows, in either order, or has
/// linear layers: the same answers but for rounding, sooner. Other modules come back as they are,
/// and so do those that LibTorch cannot freeze. It shares the weights.
torch::jit::Module with_kernels(const torch::jit::Module& module);

}  // namespace mnist
