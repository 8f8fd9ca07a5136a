#include "mnist/kernels/layers.hpp"

#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "mnist/kernels/batch_norm.hpp"
#include "mnist/kernels/borders.hpp"
#include "mnist/kernels/conv_relu.hpp"
#include "mnist/kernels/conv_relu_by_patches.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/conv_simd.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/dropout_mask.hpp"

namespace mnist {
namespace {

namespace nn = torch::nn;
using Children = std::vector<torch::OrderedDict<std::string, std::shared_ptr<nn::Module>>::Item>;
using Kernel = LayerGroup::Kernel;

thread_local const GroupFunction* in_place_of_run_group = nullptr;

bool all_are(const torch::ExpandingArray<2>& sizes, std::int64_t expected) {
  return std::ranges::all_of(*sizes, [=](std::int64_t size) { return size == expected; });
}

/// The padding of a convolution that may be the kernels'; nothing where it is none of theirs.
std::optional<std::int64_t> padding_of_plain(const nn::Conv2dImpl& conv) {
  const auto& options = conv.options;
  // A variant of std's, or in older LibTorches of c10's: found by its argument.
  const auto* padding = get_if<torch::ExpandingArray<2>>(&options.padding());
  const bool plain = padding && all_are(*padding, (**padding)[0]) && all_are(options.stride(), 1) &&
                     all_are(options.dilation(), 1) && options.groups() == 1 &&
                     holds_alternative<torch::enumtype::kZeros>(options.padding_mode()) &&
                     conv.bias.defined();
  return plain ? std::optional((**padding)[0]) : std::nullopt;
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

/// Takes the layers behind a convolution that a kernel computes with it.
void add_relu_and_pool(const Children& layers, const nn::Conv2dImpl& conv, LayerGroup& group) {
  const std::optional<std::int64_t> padding = padding_of_plain(conv);
  const std::size_t second = group.first + 1, third = group.first + 2;
  if (!padding || second >= layers.size()) return;
  const nn::Module& next = *layers[second].value();
  const auto pools = [&](const nn::Module& last) {
    return is_relu_and_pool(next, last) || is_relu_and_pool(last, next);
  };
  if (third < layers.size() && pools(*layers[third].value())) {
    group.kernel = Kernel::kConvReluPool;
    group.count = 3;
  } else if (next.as<nn::ReLUImpl>() && conv.weight.size(1) < simd::kFewestWinogradChannels) {
    group.kernel = Kernel::kConvReluByPatches;
    group.count = 2;
  } else if (next.as<nn::ReLUImpl>() && all_are(conv.options.kernel_size(), 3) && *padding == 1) {
    group.kernel = Kernel::kConvRelu;
    group.count = 2;
  } else {
    return;
  }
  group.weight = conv.weight;
  group.bias = conv.bias;
  if (group.kernel != Kernel::kConvRelu) group.padding = *padding;
}

LayerGroup group_at(const Children& layers, std::size_t i) {
  LayerGroup group{.name = layers[i].key(), .first = i, .count = 1};
  const nn::Module& layer = *layers[i].value();
  if (layer.as<nn::BatchNorm2dImpl>()) group.kernel = Kernel::kBatchNorm;
  if (layer.as<nn::DropoutImpl>()) group.kernel = Kernel::kDropout;
  if (const auto* linear = layer.as<nn::LinearImpl>(); linear && linear->bias.defined()) {
    group.kernel = Kernel::kLinear;
    group.weight = linear->weight;
    group.bias = linear->bias;
    add_activation(layers, group);
  }
  if (const auto* conv = layer.as<nn::Conv2dImpl>()) add_relu_and_pool(layers, *conv, group);
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
    const std::size_t next = i + groups.back().count;
    if (next < children.size() && !children[next].value()->as<nn::FlattenImpl>()) {
      groups.back().format = torch::MemoryFormat::ChannelsLast;
    }
  }
  return groups;
}

torch::Tensor run_group(nn::SequentialImpl& layers, const LayerGroup& group,
                        const torch::Tensor& input) {
  const auto images = [&] {
    return input.dim() == 4 ? input.contiguous(torch::MemoryFormat::ChannelsLast) : input;
  };
  nn::Module& layer = *layers.ptr(group.first);
  switch (group.kernel) {
    case Kernel::kBatchNorm:
      return batch_norm(images(), *layer.as<nn::BatchNorm2dImpl>());
    case Kernel::kConvRelu:
      return conv_relu(images(), group.weight, group.bias);
    case Kernel::kConvReluByPatches:
      return conv_relu_by_patches(pad(images(), group.padding), group.weight, group.bias);
    case Kernel::kConvReluPool:
      return conv_relu_pool(pad(images(), group.padding), group.weight, group.bias, group.format);
    case Kernel::kDropout:
      if (layer.is_training() && kernels_apply({input}) && input.dim() == 2) {
        return dropout(input, layer.as<nn::DropoutImpl>()->options.p());
      }
      break;
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
    if (in_place_of_run_group) {
      x = (*in_place_of_run_group)(layers, group, x);
    } else if (with_kernels || group.kernel == Kernel::kLinear || group.count == 1) {
      x = run_group(layers, group, x);
    } else {
      for (std::size_t i = 0; i < group.count; ++i) x = forward_layer(layers, group.first + i, x);
    }
  }
  return x;
}

InPlaceOfRunGroup::InPlaceOfRunGroup(GroupFunction function)
    : function_(std::move(function)), before_(std::exchange(in_place_of_run_group, &function_)) {}

InPlaceOfRunGroup::~InPlaceOfRunGroup() { in_place_of_run_group = before_; }

}  // namespace mnist
