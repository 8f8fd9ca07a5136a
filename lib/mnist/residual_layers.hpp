#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "mnist/cnn_options.hpp"

namespace mnist {

/// x + relu(conv(x)) of x = batch_norm(input): as many channels and pixels come out as go in (after
/// He et al. 2015, Deep Residual Learning for Image Recognition).
class ResidualImpl : public torch::nn::Module {
 public:
  explicit ResidualImpl(std::int64_t channels);

  /// `input`: float32 [N, channels, H, W]; so is what it returns.
  torch::Tensor forward(const torch::Tensor& input);

  torch::nn::BatchNorm2d norm;
  torch::nn::Sequential branch;
};
TORCH_MODULE(Residual);

/// Three convolutions, each before a max-pooling and residual blocks of its width, the first of
/// them before the pooling: it sees whole pixels. That width is `filters1` after the first
/// convolution and doubles with each other. Images that are too small for three poolings get a
/// border of zeros.
torch::nn::Sequential residual_layers(const CnnOptions& options);

}  // namespace mnist
