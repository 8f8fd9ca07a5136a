#include "mnist/kernels/layers.hpp"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>

#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/differentiable.hpp"

namespace mnist {
namespace {

namespace nn = torch::nn;
using Children = std::vector<torch::OrderedDict<std::string, std::shared_ptr<nn::Module>>::Item>;
using Kernel = LayerGroup::Kernel;

bool all_are(const torch::ExpandingArray<2>& sizes, std::int64_t expected) {
  return std::ranges::all_of(*sizes, [=](std::int64_t size) { return size == expected; });
}

bool is_plain(const nn::Conv2dImpl& conv) {
  const auto& options = conv.options;
  // A variant of std's, or in older LibTorches of c10's: found by its argument.
  const auto* padding = get_if<torch::ExpandingArray<2>>(&options.padding());
  return padding && all_are(*padding, 0) && all_are(options.stride(), 1) &&
         all_are(options.dilation(), 1) && options.groups() == 1 && conv.bias.defined();
}

bool is_plain(const nn::MaxPool2dImpl& pool) {
  const auto& options = pool.options;
  return all_are(options.kernel_size(), 2) && all_are(options.stride(), 2) &&
         all_are(options.padding(), 0) && all_are(options.dilation(), 1) && !options.ceil_mode();
}

bool is_relu_and_pool(const nn::Module& relu, const nn::Module& pool) {
  const auto* windows = pool.as<nn::MaxPool2dImpl>();
  return relu.as<nn::ReLUImpl>() && windows && is_plain(*windows);
}

/// Takes the layers behind a linear one that its kernel computes too.
void add_activation(const Children& layers, LayerGroup& group) {
  const auto next = [&]() -> const nn::Module* {
    const std::size_t i = group.first + group.count;
    return i < layers.size() ? layers[i].value().get() : nullptr;
  };
  if (!next() || !next()->as<nn::ReLUImpl>()) return;
  group.activation.relu = true;
  ++group.count;
  const auto* dropout = next() ? next()->as<nn::DropoutImpl>() : nullptr;
  if (!dropout || dropout->options.p() >= 1) return;
  group.activation.dropout = dropout->is_training() ? dropout->options.p() : 0;
  ++group.count;
}

LayerGroup group_at(const Children& layers, std::size_t i) {
  LayerGroup group{.name = layers[i].key(), .first = i, .count = 1};
  const nn::Module& layer = *layers[i].value();
  if (const auto* linear = layer.as<nn::LinearImpl>(); linear && linear->bias.defined()) {
    group.kernel = Kernel::kLinear;
    group.weight = linear->weight;
    group.bias = linear->bias;
    add_activation(layers, group);
  }
  if (const auto* conv = layer.as<nn::Conv2dImpl>();
      conv && is_plain(*conv) && i + 2 < layers.size()) {
    const nn::Module &second = *layers[i + 1].value(), &third = *layers[i + 2].value();
    if (is_relu_and_pool(second, third) || is_relu_and_pool(third, second)) {
      group.count = 3;
      group.kernel = Kernel::kConvReluPool;
      group.weight = conv->weight;
      group.bias = conv->bias;
    }
  }
  return group;
}

torch::Tensor forward_layer(nn::SequentialImpl& layers, std::size_t i, const torch::Tensor& input) {
  return (layers.begin() + static_cast<std::ptrdiff_t>(i))->forward(input);
}

}  // namespace

std::vector<LayerGroup> group_layers(nn::SequentialImpl& layers) {
  const Children children = layers.named_children().items();
  std::vector<LayerGroup> groups;
  for (std::size_t i = 0; i < children.size(); i += groups.back().count) {
    groups.push_back(group_at(children, i));
    if (groups.back().kernel == Kernel::kConvReluPool && groups.size() > 1) {
      groups[groups.size() - 2].format = torch::MemoryFormat::ChannelsLast;
    }
  }
  return groups;
}

torch::Tensor run_group(nn::SequentialImpl& layers, const LayerGroup& group,
                        const torch::Tensor& input) {
  switch (group.kernel) {
    case Kernel::kConvReluPool:
      return conv_relu_pool(
          input.dim() == 4 ? input.contiguous(torch::MemoryFormat::ChannelsLast) : input,
          group.weight, group.bias, group.format);
    case Kernel::kLinear:
      return linear(input, group.weight, group.bias, group.activation);
    case Kernel::kNone:
      break;
  }
  return forward_layer(layers, group.first, input);
}

torch::Tensor forward_with_kernels(nn::SequentialImpl& layers, const torch::Tensor& input) {
  const bool with_kernels = kernels_apply({input});
  torch::Tensor x = input;
  for (const LayerGroup& group : group_layers(layers)) {
    // LibTorch's own linear layer in C++ records its product and its sum apart.
    if (with_kernels || group.kernel == Kernel::kLinear || group.count == 1) {
      x = run_group(layers, group, x);
    } else {
      for (std::size_t i = 0; i < group.count; ++i) x = forward_layer(layers, group.first + i, x);
    }
  }
  return x;
}

}  // namespace mnist
