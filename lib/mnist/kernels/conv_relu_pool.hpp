#pragma once

#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>
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

/// The same, several times faster, if `input` has its channels innermost and all are float32 on the
/// CPU; else, and while being traced, the reference itself. The result's memory is in `format`,
/// ChannelsLast for another one of these, or Contiguous, so that flattening copies nothing.
/// Differentiable in all three, and again (by the reference). The gradient is computed at the
/// winners of the windows alone and agrees with LibTorch's but for rounding. Nothing depends on the
/// number of threads. Weights that stay the same can be packed once.
torch::Tensor conv_relu_pool(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias,
                             torch::MemoryFormat format = torch::MemoryFormat::ChannelsLast,
                             const torch::Tensor& packed = {});

/// `conv_relu_pool` as a layer, initialised as torch::nn::Conv2d is.
class ConvReluPoolImpl : public torch::nn::ConvNdImpl<2, ConvReluPoolImpl> {
 public:
  ConvReluPoolImpl(std::int64_t in_channels, std::int64_t out_channels,
                   torch::ExpandingArray<2> kernel_size,
                   torch::MemoryFormat result_format = torch::MemoryFormat::ChannelsLast);

  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::MemoryFormat result_format_;
};
TORCH_MODULE(ConvReluPool);

}  // namespace mnist
