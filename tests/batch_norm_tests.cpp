#include <torch/torch.h>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/batch_norm.hpp"

using namespace mnist;
namespace nn = torch::nn;

namespace {

/// A layer of `channels` whose values are not the ones it began with.
nn::BatchNorm2d odd_norm(std::int64_t channels, torch::Dtype dtype = torch::kFloat32) {
  torch::manual_seed(7);
  nn::BatchNorm2d norm(channels);
  const torch::NoGradGuard no_grad;
  norm->weight.copy_(torch::randn({channels}));
  norm->bias.copy_(torch::randn({channels}));
  norm->running_mean.copy_(torch::randn({channels}));
  norm->running_var.copy_(torch::rand({channels}) + 0.5);
  norm->to(dtype);
  return norm;
}

/// The layer as a function of its input, weight and bias.
Function as_function(nn::BatchNorm2d norm, bool with_kernel) {
  return [norm, with_kernel](const Tensors& in) mutable {
    norm->weight = in[1];
    norm->bias = in[2];
    return with_kernel ? batch_norm(in[0], *norm) : norm->forward(in[0]);
  };
}

Tensors input_for(std::int64_t count, std::int64_t channels, std::int64_t side) {
  const nn::BatchNorm2d norm = odd_norm(channels);
  torch::manual_seed(8);
  return {channels_last(torch::randn({count, channels, side, side}) * 3 + 5), norm->weight,
          norm->bias};
}

}  // namespace

TEST_CASE("a batch's normalization and its gradients are LibTorch's", "[kernels]") {
  for (const auto& [count, channels, side] :
       {std::tuple(128, 64, 12), {1, 3, 5}, {7, 70, 1}, {33, 5, 3}}) {
    CAPTURE(count, channels, side);
    const Tensors in = input_for(count, channels, side);
    const torch::Tensor grad = channels_last(torch::randn(in[0].sizes()));
    const Tensors found = results_and_gradients(as_function(odd_norm(channels), true), in, grad);
    const Tensors expected = results_and_gradients(
        as_function(odd_norm(channels, torch::kFloat64), false), to_double(in), grad);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
  }
}

TEST_CASE("the running statistics move as LibTorch's do", "[kernels]") {
  const Tensors in = input_for(9, 6, 4);
  nn::BatchNorm2d ours = odd_norm(6), libtorchs = odd_norm(6);
  for (int step = 0; step < 3; ++step) {
    batch_norm(in[0], *ours);
    libtorchs->forward(in[0]);
  }
  CHECK(torch::allclose(ours->running_mean, libtorchs->running_mean, 1e-5, 1e-6));
  CHECK(torch::allclose(ours->running_var, libtorchs->running_var, 1e-5, 1e-6));
  CHECK(ours->num_batches_tracked.item<std::int64_t>() == 3);
}

TEST_CASE("a normalization does not depend on the number of threads", "[kernels]") {
  const Tensors in = input_for(33, 16, 5);
  const torch::Tensor grad = torch::randn(in[0].sizes());
  const auto compute = [&] {
    nn::BatchNorm2d norm = odd_norm(16);
    Tensors all = results_and_gradients(as_function(norm, true), in, grad);
    all.push_back(norm->running_var.clone());
    return all;
  };
  CHECK(same_bits(with_threads(1, compute), with_threads(3, compute)));
}

TEST_CASE("in evaluation, and of what is not the kernel's, a normalization is LibTorch's",
          "[kernels]") {
  const Tensors in = input_for(4, 6, 3);
  nn::BatchNorm2d norm = odd_norm(6);
  {
    nn::BatchNorm2d other = odd_norm(6);
    CHECK(torch::equal(batch_norm(in[0].contiguous(), *norm), other->forward(in[0].contiguous())));
  }
  norm->eval();
  CHECK(torch::equal(batch_norm(in[0], *norm), norm->forward(in[0])));
}

TEST_CASE("gradients of a normalization's gradients are LibTorch's", "[kernels]") {
  const Tensors in = input_for(3, 4, 2);
  // The sum of squares of what is normalized has hardly a gradient.
  const torch::Tensor factors = torch::randn(in[0].sizes());
  const auto times_factors = [&](const Function& function) -> Function {
    return [=](const Tensors& x) { return function(x) * factors; };
  };
  const Tensors found = gradients_of_gradients(times_factors(as_function(odd_norm(4), true)), in);
  const Tensors expected = gradients_of_gradients(
      times_factors(as_function(odd_norm(4, torch::kFloat64), false)), to_double(in));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(relative_error(found[i], expected[i]) < 1e-4);
  }
}
