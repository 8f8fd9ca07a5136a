#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "kernel_checks.hpp"
#include "mnist/cnn.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/linear.hpp"
#include "mnist/kernels/verify_kernels.hpp"

using namespace mnist;

namespace {

struct Layer {
  torch::Tensor input, weight, bias;
};

/// A convolution of `channels` channels; inputs and weights are of that magnitude, and biases of
/// that of a product.
Layer convolution(std::int64_t channels, double scale) {
  return {channels_last(torch::randn({5, channels, 9, 10}) * scale),
          torch::randn({7, channels, 3, 3}) * scale, torch::randn({7}) * scale * scale};
}

torch::Tensor kernel(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias) {
  return conv_relu_pool(input, weight, bias);
}

std::string refusal(const LayerFunction& computed, const Layer& layer) {
  return error_of([&] {
    verify_kernel("conv", computed, conv_relu_pool_reference, layer.input, layer.weight,
                  layer.bias);
  });
}

}  // namespace

TEST_CASE("a kernel is proved whatever the size of its numbers and sums", "[verify_kernels]") {
  torch::manual_seed(1);
  for (const double scale : {1e-22, 1e-3, 1.0, 1e4, 1e15}) {
    for (const std::int64_t channels : {1, 3, 70}) {
      const Layer layer = convolution(channels, scale);
      CHECK_NOTHROW(verify_kernel("conv", kernel, conv_relu_pool_reference, layer.input,
                                  layer.weight, layer.bias));
    }
  }
  const torch::Tensor input = torch::randn({33, 1600}), weight = torch::randn({10, 1600});
  CHECK_NOTHROW(verify_kernel(
      "linear", [](const auto&... tensors) { return linear(tensors...); },
      [](const auto&... tensors) { return torch::linear(tensors...); }, input, weight,
      torch::randn({10})));
}

TEST_CASE("a wrong kernel is found and its layer named", "[verify_kernels]") {
  torch::manual_seed(2);
  for (const std::int64_t channels : {1, 64}) {
    for (const double scale : {1e-3, 1.0, 1e4}) {
      const Layer layer = convolution(channels, scale);
      const auto without_a_product = [](const auto& input, const auto& weight, const auto& bias) {
        torch::Tensor less = weight.clone();
        less[3][0][2][1] = 0;
        return kernel(input, less, bias);
      };
      CHECK(contains(refusal(without_a_product, layer), "the kernel of layer 'conv'"));
      const auto without_biases = [](const auto& input, const auto& weight, const auto& bias) {
        return kernel(input, weight, torch::zeros_like(bias));
      };
      CHECK_FALSE(refusal(without_biases, layer).empty());
      const auto in_half_precision = [](const auto& input, const auto& weight, const auto& bias) {
        return kernel(input, weight.to(torch::kBFloat16).to(torch::kFloat32), bias);
      };
      CHECK_FALSE(refusal(in_half_precision, layer).empty());
      const auto with_a_nan = [](const auto& input, const auto& weight, const auto& bias) {
        torch::Tensor result = kernel(input, weight, bias).clone();
        result[4][6][0][0] = std::nanf("");
        return result;
      };
      CHECK(contains(refusal(with_a_nan, layer), "a result is nan apart"));
    }
  }
}

TEST_CASE("sums too large for a float32 are no fault of a kernel", "[verify_kernels]") {
  torch::manual_seed(3);
  const Layer layer = convolution(3, 1e30);
  CHECK_NOTHROW(verify_kernel("conv", kernel, conv_relu_pool_reference, layer.input, layer.weight,
                              layer.bias));
}

TEST_CASE("the kernels of a network are proved layer by layer", "[verify_kernels]") {
  torch::manual_seed(4);
  Cnn model;
  model->eval();
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters()) parameter.mul_(30);
  const torch::Tensor images = channels_last(torch::rand({3, 1, 28, 28}));
  CHECK_NOTHROW(verify_kernels(*model->layers, images));
}

TEST_CASE("without kernels a network computes with LibTorch's operators alone",
          "[verify_kernels]") {
  torch::manual_seed(5);
  const Layer layer = convolution(3, 1);
  const NoKernelsGuard no_kernels;
  CHECK(torch::equal(kernel(layer.input, layer.weight, layer.bias),
                     conv_relu_pool_reference(layer.input, layer.weight, layer.bias)));
}
