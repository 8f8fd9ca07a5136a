#include "mnist/cnn.hpp"

#include <torch/nn/init.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>

#include "mnist/kernels/layers.hpp"
#include "mnist/residual_layers.hpp"

namespace mnist {
namespace {

namespace nn = torch::nn;

/// The side of an image after a convolution and a pooling.
std::int64_t pooled(std::int64_t side, std::int64_t kernel) { return (side - kernel + 1) / 2; }

/// The border, in pixels, that an image of that side needs so that 2x2 pixels are left.
std::int64_t padding_of(const CnnOptions& o) {
  const std::int64_t least = 2 * (o.kernel2 + 3) + o.kernel1 - 1;
  return std::max<std::int64_t>((least - o.image_side + 1) / 2, 0);
}

nn::Sequential tutorial_layers(const CnnOptions& o) {
  const std::int64_t border = padding_of(o);
  const std::int64_t side = pooled(pooled(o.image_side + 2 * border, o.kernel1), o.kernel2);
  return nn::Sequential({
      {"conv1", nn::Conv2d(nn::Conv2dOptions(1, o.filters1, o.kernel1).padding(border))},
      {"relu1", nn::ReLU()},
      {"pool1", nn::MaxPool2d(2)},
      {"conv2", nn::Conv2d(o.filters1, o.filters2, o.kernel2)},
      {"relu2", nn::ReLU()},
      {"pool2", nn::MaxPool2d(2)},
      {"flatten", nn::Flatten()},
      {"fc1", nn::Linear(o.filters2 * side * side, o.hidden)},
      {"relu3", nn::ReLU()},
      {"dropout", nn::Dropout(o.dropout)},
      {"fc2", nn::Linear(o.hidden, o.classes)},
  });
}

}  // namespace

CnnImpl::CnnImpl(const CnnOptions& o) : options(o) {
  layers =
      register_module("layers", o.architecture == Architecture::kResidual ? residual_layers(o)
                                                                          : tutorial_layers(o));
  initialize_as_keras(*this);
}

void initialize_as_keras(nn::Module& network) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network.named_parameters()) {
    torch::Tensor& values = parameter.value();
    if (parameter.key().ends_with("bias")) {
      nn::init::zeros_(values);
    } else if (values.dim() >= 2) {
      nn::init::xavier_uniform_(values);
    }
    // LibTorch's convolutions and poolings are several times faster with the channels innermost.
    if (values.dim() == 4) {
      values.set_data(values.contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

torch::Tensor CnnImpl::forward(const torch::Tensor& images) {
  return forward_with_kernels(*layers, channels_innermost(images));
}

torch::Tensor channels_innermost(const torch::Tensor& images) {
  return images.reshape({-1, images.size(2), images.size(3), 1}).permute({0, 3, 1, 2});
}

}  // namespace mnist
