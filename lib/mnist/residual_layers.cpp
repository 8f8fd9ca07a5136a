#include "mnist/residual_layers.hpp"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>

#include "mnist/kernels/batch_norm.hpp"
#include "mnist/kernels/layers.hpp"

namespace mnist {
namespace {

namespace nn = torch::nn;

/// A convolution that keeps the images' size.
nn::Conv2d same_size(std::int64_t channels, std::int64_t filters) {
  return nn::Conv2d(nn::Conv2dOptions(channels, filters, 3).padding(1));
}

}  // namespace

ResidualImpl::ResidualImpl(std::int64_t channels)
    : norm(register_module("norm", nn::BatchNorm2d(channels))),
      branch(register_module("branch", nn::Sequential({{"conv", same_size(channels, channels)},
                                                       {"relu", nn::ReLU()}}))) {}

torch::Tensor ResidualImpl::forward(const torch::Tensor& input) {
  const torch::Tensor x = batch_norm(input, *norm);
  return x + forward_with_kernels(*branch, x);
}

nn::Sequential residual_layers(const CnnOptions& o) {
  const std::int64_t a = o.filters1, b = 2 * a, c = 4 * a;
  // What is left after the first convolution and three poolings is to be a pixel.
  const std::int64_t border = std::max<std::int64_t>((o.kernel1 + 8 - o.image_side) / 2, 0);
  const std::int64_t side = (o.image_side + 2 * border - o.kernel1 + 1) / 8;
  return nn::Sequential({
      {"conv1", nn::Conv2d(nn::Conv2dOptions(1, a, o.kernel1).padding(border))},
      {"relu1", nn::ReLU()},
      {"residual1", Residual(a)},
      {"pool1", nn::MaxPool2d(2)},
      {"residual2", Residual(a)},
      {"norm2", nn::BatchNorm2d(a)},
      {"conv2", same_size(a, b)},
      {"pool2", nn::MaxPool2d(2)},
      {"relu2", nn::ReLU()},
      {"residual3", Residual(b)},
      {"norm3", nn::BatchNorm2d(b)},
      {"conv3", same_size(b, c)},
      {"pool3", nn::MaxPool2d(2)},
      {"relu3", nn::ReLU()},
      {"residual4", Residual(c)},
      {"norm4", nn::BatchNorm2d(c)},
      {"mean", nn::AvgPool2d(side)},
      {"flatten", nn::Flatten()},
      {"dropout", nn::Dropout(o.dropout)},
      {"fc", nn::Linear(c, o.classes)},
  });
}

}  // namespace mnist
