#include "mnist/kernels/verify_kernels.hpp"

#include <cmath>
#include <limits>

#include "mnist/error.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/layers.hpp"

namespace mnist {
namespace {

constexpr double kLambda = 8;
constexpr double kRoundoff = 0x1p-24;
constexpr double kSmallest = std::numeric_limits<float>::min();

}  // namespace

void verify_kernel(const std::string& layer, const LayerFunction& kernel,
                   const LayerFunction& reference, const torch::Tensor& input,
                   const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor expected = reference(input, weight, bias);
  const torch::Tensor magnitudes = reference(input.abs(), weight.abs(), bias.abs());
  const torch::Tensor difference = (kernel(input, weight, bias) - expected).abs();
  const auto terms = static_cast<double>(weight[0].numel() + 1);  // the bias is one
  const torch::Tensor most =
      magnitudes * (2 * kLambda * std::sqrt(terms) * kRoundoff) + terms * kSmallest;
  const torch::Tensor wrong =
      difference.le(most).logical_not().logical_and(magnitudes.isfinite());  // NaN is wrong too
  if (!wrong.any().item<bool>()) return;
  const auto worst = (difference / most).masked_fill(wrong.logical_not(), 0).argmax();
  throw Error(
      "the kernel of layer '{}' does not compute what LibTorch does: a result is {} apart, and "
      "rounding explains {}",
      layer, difference.flatten()[worst].item<float>(), most.flatten()[worst].item<float>());
}

void verify_kernels(torch::nn::SequentialImpl& layers, const torch::Tensor& input) {
  const torch::NoGradGuard no_grad;
  torch::Tensor x = input;
  for (const LayerGroup& group : group_layers(layers)) {
    const auto with_weights = [&](const auto& in, const auto& weight, const auto& bias) {
      LayerGroup other = group;
      other.weight = weight;
      other.bias = bias;
      return run_group(layers, other, in);
    };
    const auto reference = [&](const auto&... tensors) {
      const NoKernelsGuard no_kernels;
      return with_weights(tensors...);
    };
    if (group.kernel != LayerGroup::Kernel::kNone) {
      verify_kernel(group.name, with_weights, reference, x, group.weight, group.bias);
    }
    x = reference(x, group.weight, group.bias);
  }
}

}  // namespace mnist
