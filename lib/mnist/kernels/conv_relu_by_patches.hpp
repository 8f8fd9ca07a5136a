#pragma once

#include <torch/types.h>

namespace mnist {

/// relu(conv2d(input, weight, bias)), for images of fewer channels than `conv_relu`
/// (mnist/kernels/conv_relu.hpp) takes, by the linear kernel (mnist/kernels/linear.hpp) on the
/// patches of the images, copied one behind the other: `input` [N, C, H, W], `weight` [O, C, KH,
/// KW], `bias` [O], the result [N, O, H - KH + 1, W - KW + 1], its channels innermost. Under a
/// `NoKernelsGuard`, while being traced and on other than float32 on the CPU by LibTorch's
/// operators. Differentiable as the linear kernel is. Nothing depends on the number of threads.
torch::Tensor conv_relu_by_patches(const torch::Tensor& input, const torch::Tensor& weight,
                                   const torch::Tensor& bias);

}  // namespace mnist
