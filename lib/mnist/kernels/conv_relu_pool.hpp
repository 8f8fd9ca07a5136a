#pragma once

#include <torch/types.h>

namespace mnist {

/// relu(max_pool2d(conv2d(input, weight, bias), 2)) with LibTorch's operators. `input` is
/// [N, C, H, W], `weight` [O, C, KH, KW], `bias` [O], the result
/// [N, O, (H - KH + 1) / 2, (W - KW + 1) / 2].
torch::Tensor conv_relu_pool_reference(const torch::Tensor& input, const torch::Tensor& weight,
                                       const torch::Tensor& bias);

/// The weights in the order that the kernel reads them in, for `conv_relu_pool` in this process.
/// `weight` is [O, C, KH, KW], `bias` [O], both float32 on the CPU: whoever calls has checked that.
torch::Tensor pack_filters(const torch::Tensor& weight, const torch::Tensor& bias);

/// Whether the kernel for this `weight` has its sums by Winograd's method, whose roundings are
/// other ones.
bool uses_winograd(const torch::Tensor& weight);

/// What `conv_relu_pool_reference` returns, but for rounding, several times faster: by a kernel if
/// `input` has its channels innermost and all are float32 on the CPU; else, under a
/// `NoKernelsGuard` and while being traced, by the reference. The result's memory is in `format`:
/// ChannelsLast for another one of these, or Contiguous, so that flattening copies nothing.
///
/// Differentiable in input, weight and bias, and twice (the second time by the reference). The
/// gradient is computed at the winners of the windows alone. Nothing depends on the number of
/// threads. `packed` is what `pack_filters` made of the weights; without it they are packed anew.
torch::Tensor conv_relu_pool(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias,
                             torch::MemoryFormat format = torch::MemoryFormat::ChannelsLast,
                             const torch::Tensor& packed = {});

}  // namespace mnist
