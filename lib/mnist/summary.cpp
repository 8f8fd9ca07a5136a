#include "mnist/summary.hpp"

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include <string_view>

namespace mnist {
namespace {

/// "torch::nn::Conv2dImpl" -> "Conv2d".
std::string type_name(const torch::nn::Module& module) {
  std::string_view name = module.name();
  if (const auto scope = name.rfind("::"); scope != name.npos) name.remove_prefix(scope + 2);
  if (name.ends_with("Impl")) name.remove_suffix(4);
  return std::string(name);
}

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

}  // namespace

std::vector<LayerSummary> summarize(torch::nn::SequentialImpl& layers,
                                    const torch::Tensor& example) {
  const torch::NoGradGuard no_grad;
  // Training mode would draw dropout's random numbers and move batch norm's statistics.
  layers.eval();
  const auto children = layers.named_children();
  std::vector<LayerSummary> rows;
  torch::Tensor output = example;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const torch::nn::Module& layer = *children[i].value();
    output = (layers.begin() + static_cast<std::ptrdiff_t>(i))->forward(output);
    rows.push_back(
        {children[i].key(), type_name(layer), output.sizes().vec(), count_parameters(layer)});
  }
  return rows;
}

}  // namespace mnist
