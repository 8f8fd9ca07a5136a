#include "mnist/model_forms/weight_layouts.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using torch::Tensor;

constexpr WeightLayout kLayouts[] = {
    {"PyTorch's", [](at::IntArrayRef shape) { return shape.vec(); },
     [](const Tensor& weight, std::int64_t) { return weight; }},
    {"Keras's",
     [](at::IntArrayRef shape) -> std::vector<std::int64_t> {
       if (shape.size() == 4) return {shape[2], shape[3], shape[1], shape[0]};
       return {shape.rbegin(), shape.rend()};
     },
     [](const Tensor& weight, std::int64_t channels) {
       if (weight.dim() == 4) return weight.permute({3, 2, 0, 1});
       if (weight.dim() != 2) return weight;
       const std::int64_t outputs = weight.size(1);
       return weight.reshape({-1, channels, outputs}).permute({2, 1, 0}).reshape({outputs, -1});
     }},
};

std::string shapes_text(const std::vector<at::IntArrayRef>& shapes) {
  std::vector<std::string> texts;
  for (const at::IntArrayRef shape : shapes) texts.push_back(c10::str(shape));
  return fmt::format("{}", fmt::join(texts, " "));
}

/// For each of the parameters the tensor of its shape. Nothing where there is not one for each.
std::optional<std::vector<Tensor>> assign(const std::vector<Tensor>& parameters,
                                          std::vector<Tensor> tensors, const WeightLayout& layout) {
  if (tensors.size() != parameters.size()) return std::nullopt;
  std::vector<Tensor> assigned;
  for (const Tensor& parameter : parameters) {
    const std::vector<std::int64_t> shape = layout.shape(parameter.sizes());
    const auto found = std::ranges::find_if(
        tensors, [&](const Tensor& tensor) { return tensor.sizes() == at::IntArrayRef(shape); });
    if (found == tensors.end()) return std::nullopt;
    assigned.push_back(*found);
    tensors.erase(found);
  }
  return assigned;
}

void copy_in(const std::vector<Tensor>& parameters, const std::vector<Tensor>& tensors,
             const WeightLayout& layout) {
  const torch::NoGradGuard no_grad;
  std::int64_t channels = 1;  // of the image that the next linear layer takes
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor parameter = parameters[i];
    parameter.copy_(layout.to_pytorch(tensors[i], channels));
    if (parameter.dim() == 4) channels = parameter.size(0);
    if (parameter.dim() == 2) channels = 1;
  }
}

/// Whether the tensors have the names of the network's parameters and buffers, and their shapes:
/// then they are set.
bool set_by_name(const torch::nn::Module& network, const std::vector<NamedTensor>& weights) {
  auto values = network.named_parameters();
  values.update(network.named_buffers());
  const bool fit = weights.size() == values.size() &&
                   std::ranges::all_of(weights, [&](const NamedTensor& weight) {
                     const Tensor* value = values.find(weight.name);
                     return value && value->sizes() == weight.values.sizes();
                   });
  if (!fit) return false;
  const torch::NoGradGuard no_grad;
  for (const NamedTensor& weight : weights) values[weight.name].copy_(weight.values);
  return true;
}

}  // namespace

std::span<const WeightLayout> weight_layouts() { return kLayouts; }

const WeightLayout& take_weights(torch::nn::Module& network,
                                 const std::vector<NamedTensor>& weights) {
  if (set_by_name(network, weights)) return kLayouts[0];
  const std::vector<Tensor> parameters = network.parameters();
  std::vector<Tensor> tensors;
  for (const NamedTensor& weight : weights) {
    if (weight.values.is_floating_point()) tensors.push_back(weight.values);
  }
  for (const WeightLayout& layout : kLayouts) {
    const auto assigned = assign(parameters, tensors, layout);
    if (!assigned) continue;
    copy_in(parameters, *assigned, layout);
    return layout;
  }
  std::vector<at::IntArrayRef> found, expected;
  for (const Tensor& tensor : tensors) found.push_back(tensor.sizes());
  for (const Tensor& parameter : parameters) expected.push_back(parameter.sizes());
  throw Error("its tensors have the shapes {}: expected {}, or as Keras has them",
              shapes_text(found), shapes_text(expected));
}

}  // namespace mnist
