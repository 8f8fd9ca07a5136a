#include "mnist/kernels/verify_kernels.hpp"

#include <cmath>
#include <limits>

#include "mnist/error.hpp"
#include "mnist/kernels/borders.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/layers.hpp"

namespace mnist {
namespace {

constexpr double kLambda = 8;
constexpr double kRoundoff = 0x1p-24;
constexpr double kSmallest = std::numeric_limits<float>::min();

/// |A^T| sum over channels (|G| |g| |G^T|) * (|B^T| |d| |B|) |A| in the terms of winograd-inl.hpp:
/// [N, O, H, W, 2, 2], for each window its four.
torch::Tensor winograd_magnitudes(const torch::Tensor& input, const torch::Tensor& weight) {
  const torch::Tensor g = torch::tensor({1., 0., 0., .5, .5, .5, .5, .5, .5, 0., 0., 1.}),
                      b = torch::tensor({1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1}),
                      a = torch::tensor({1, 1, 1, 0, 0, 1, 1, 1});
  const auto between = [](const torch::Tensor& matrix, std::int64_t rows, const torch::Tensor& x) {
    const torch::Tensor m = matrix.to(torch::kFloat32).view({rows, -1});
    return torch::matmul(torch::matmul(m, x), m.t());
  };
  const torch::Tensor tiles = input.abs().unfold(2, 4, 2).unfold(3, 4, 2);
  const torch::Tensor products =
      torch::einsum("ocyx,nchwyx->nohwyx", {between(g, 4, weight.abs()), between(b, 4, tiles)});
  return between(a, 2, products);
}

/// The same for each result: where they are as many as the pixels, those of all positions, in
/// images with a border; else the largest of each window.
torch::Tensor magnitudes_of_results(const torch::Tensor& input, const torch::Tensor& weight,
                                    const torch::Tensor& results) {
  const std::int64_t rows = results.size(2), columns = results.size(3);
  if (rows != input.size(2)) return winograd_magnitudes(input, weight).amax({4, 5});
  const torch::Tensor framed = torch::constant_pad_nd(input, {1, 1 + columns % 2, 1, 1 + rows % 2});
  const torch::Tensor windows = winograd_magnitudes(framed, weight);
  return windows.permute({0, 1, 2, 4, 3, 5})
      .reshape({results.size(0), results.size(1), 2 * windows.size(2), 2 * windows.size(3)})
      .slice(2, 0, rows)
      .slice(3, 0, columns);
}

/// What the roundings of the kernel for `weight` may add up to, but for a probability of 10^-13.
torch::Tensor rounding_of_kernel(const torch::Tensor& input, const torch::Tensor& weight,
                                 const torch::Tensor& direct) {
  if (!uses_winograd(weight)) return direct;
  constexpr double kTransforms = 16;  // the additions before and behind the sum over channels
  const auto terms = static_cast<double>(weight.size(1)) + kTransforms;
  return magnitudes_of_results(input, weight, direct) * (kLambda * std::sqrt(terms) * kRoundoff);
}

}  // namespace

void verify_kernel(const std::string& layer, const LayerFunction& kernel,
                   const LayerFunction& reference, const torch::Tensor& input,
                   const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor expected = reference(input, weight, bias);
  const torch::Tensor magnitudes = reference(input.abs(), weight.abs(), bias.abs());
  const torch::Tensor difference = (kernel(input, weight, bias) - expected).abs();
  const auto terms = static_cast<double>(weight[0].numel() + 1);  // the bias is one
  const torch::Tensor rounding = magnitudes * (kLambda * std::sqrt(terms) * kRoundoff);
  const torch::Tensor most =
      rounding + rounding_of_kernel(input, weight, rounding) + terms * kSmallest;
  const torch::Tensor wrong =
      difference.le(most).logical_not().logical_and(most.isfinite());  // NaN is wrong too
  if (!wrong.any().item<bool>()) return;
  const auto worst = (difference / most).masked_fill(wrong.logical_not(), 0).argmax();
  throw Error(
      "the kernel of layer '{}' does not compute what LibTorch does: a result is {} apart, and "
      "rounding explains {}",
      layer, difference.flatten()[worst].item<float>(), most.flatten()[worst].item<float>());
}

void verify_kernels(torch::nn::SequentialImpl& layers, const torch::Tensor& input) {
  const torch::NoGradGuard no_grad;
  const InPlaceOfRunGroup verify(
      [](torch::nn::SequentialImpl& all, const LayerGroup& group, const torch::Tensor& in) {
        if (!group.weight.defined()) return run_group(all, group, in);
        const auto with_weights = [&](const auto& x, const auto& weight, const auto& bias) {
          LayerGroup other = group;
          other.weight = weight;
          other.bias = bias;
          other.padding = 0;
          return run_group(all, other, x);
        };
        const auto reference = [&](const auto&... tensors) {
          const NoKernelsGuard no_kernels;
          return with_weights(tensors...);
        };
        const torch::Tensor padded = pad(in, group.padding);
        verify_kernel(group.name, with_weights, reference, padded, group.weight, group.bias);
        return reference(padded, group.weight, group.bias);
      });
  forward_with_kernels(layers, input);
}

}  // namespace mnist
