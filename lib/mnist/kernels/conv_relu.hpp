#pragma once

#include <torch/types.h>

namespace mnist {

/// relu(conv2d(input, weight, bias)) with LibTorch's operators and a border of zeros that keeps the
/// images' size: `input` [N, C, H, W], `weight` [O, C, 3, 3], `bias` [O], the result [N, O, H, W].
torch::Tensor conv_relu_reference(const torch::Tensor& input, const torch::Tensor& weight,
                                  const torch::Tensor& bias);

/// What `conv_relu_reference` returns, but for rounding, by Winograd's method (see
/// mnist/kernels/conv_simd.hpp), forward and backward, if `input` has its channels innermost and at
/// least eight of them, and all are float32 on the CPU; else, under a `NoKernelsGuard`, while being
/// traced and where numbers are too large for that, by the reference. Differentiable in all three,
/// and twice (the second time by the reference). Nothing depends on the number of threads. `packed`
/// is what `pack_filters` (mnist/kernels/conv_relu_pool.hpp) made of the weights; without it they
/// are packed anew.
torch::Tensor conv_relu(const torch::Tensor& input, const torch::Tensor& weight,
                        const torch::Tensor& bias, const torch::Tensor& packed = {});

}  // namespace mnist
