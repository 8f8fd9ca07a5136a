#include <torch/torch.h>

#include <sstream>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/fused_adam.hpp"

using namespace mnist;

namespace {

/// Parameters of several sizes and layouts, and a loss that moves all of them.
Tensors some_parameters() {
  torch::manual_seed(15);
  Tensors parameters = {torch::randn({100, 170}), torch::randn({8, 5, 3, 3}), torch::randn({7}),
                        torch::randn({})};
  parameters[1] = channels_last(parameters[1]);
  for (torch::Tensor& parameter : parameters) parameter.requires_grad_();
  return parameters;
}

torch::Tensor some_loss(const Tensors& parameters) {
  torch::Tensor loss = torch::zeros({});
  for (const torch::Tensor& parameter : parameters) {
    loss = loss + (parameter * parameter.sin()).sum();
  }
  return loss;
}

void some_steps(torch::optim::Optimizer& optimizer, const Tensors& parameters, int count) {
  for (int i = 0; i < count; ++i) {
    optimizer.zero_grad();
    some_loss(parameters).backward();
    optimizer.step();
  }
}

torch::optim::AdamOptions some_options() {
  return torch::optim::AdamOptions(1e-2).betas({0.8, 0.99}).eps(1e-7);
}

void check_close(const Tensors& found, const Tensors& expected) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(torch::allclose(found[i], expected[i], 1e-6, 1e-6));
  }
}

}  // namespace

TEST_CASE("the fused Adam steps as LibTorch's", "[kernels]") {
  const Tensors expected = some_parameters(), found = some_parameters();
  torch::optim::Adam adam(expected, some_options());
  FusedAdam fused_adam(found, some_options());
  some_steps(adam, expected, 25);
  some_steps(fused_adam, found, 25);
  check_close(found, expected);
}

TEST_CASE("the fused Adam goes on from the saved state of LibTorch's, and the other way round",
          "[kernels]") {
  const Tensors expected = some_parameters(), found = some_parameters();
  torch::optim::Adam adam(expected, some_options());
  some_steps(adam, expected, 10);

  torch::optim::Adam first(found, some_options());
  some_steps(first, found, 3);
  std::stringstream after_three, after_six;
  torch::save(first, after_three);
  FusedAdam second(found, some_options());
  torch::load(second, after_three);
  some_steps(second, found, 3);
  torch::save(second, after_six);
  torch::optim::Adam third(found, some_options());
  torch::load(third, after_six);
  some_steps(third, found, 4);
  check_close(found, expected);
}

TEST_CASE("the fused Adam does not depend on the number of threads", "[kernels]") {
  const auto compute = [] {
    const Tensors parameters = some_parameters();
    FusedAdam optimizer(parameters, some_options());
    some_steps(optimizer, parameters, 5);
    return parameters;
  };
  CHECK(same_bits(with_threads(1, compute), with_threads(2, compute)));
}

TEST_CASE("the fused Adam takes gradients in another order than the parameters'", "[kernels]") {
  const Tensors expected = some_parameters(), found = some_parameters();
  torch::optim::Adam adam(expected, some_options());
  FusedAdam fused_adam(found, some_options());
  for (int i = 0; i < 3; ++i) {
    for (std::size_t p = 0; p < found.size(); ++p) {
      const torch::Tensor gradient = torch::randn(found[p].sizes());
      expected[p].mutable_grad() = gradient;
      found[p].mutable_grad() = gradient;
    }
    adam.step();
    fused_adam.step();
  }
  check_close(found, expected);
}

TEST_CASE("the fused Adam leaves to LibTorch's what it does not do itself", "[kernels]") {
  const auto check = [](const torch::optim::AdamOptions& options, torch::Dtype type) {
    const auto steps = [&](auto make) {
      Tensors parameters = some_parameters();
      for (auto& parameter : parameters) parameter = parameter.detach().to(type).requires_grad_();
      auto optimizer = make(parameters);
      some_steps(optimizer, parameters, 5);
      return parameters;
    };
    CHECK(same_bits(
        steps([&](const Tensors& parameters) { return FusedAdam(parameters, options); }),
        steps([&](const Tensors& parameters) { return torch::optim::Adam(parameters, options); })));
  };
  check(some_options().amsgrad(true), torch::kFloat32);
  check(some_options().weight_decay(0.1), torch::kFloat32);
  check(some_options(), torch::kFloat64);
}

TEST_CASE("the fused Adam evaluates a closure and returns its loss", "[kernels]") {
  const Tensors parameters = some_parameters();
  FusedAdam optimizer(parameters, some_options());
  const torch::Tensor before = parameters[0].detach().clone();
  const torch::Tensor loss = optimizer.step([&] {
    torch::Tensor value = some_loss(parameters);
    value.backward();
    return value;
  });
  CHECK(loss.defined());
  CHECK_FALSE(torch::equal(parameters[0], before));
}

TEST_CASE("a parameter without a gradient stays as it is, without state", "[kernels]") {
  const Tensors parameters = some_parameters();
  FusedAdam optimizer(parameters, some_options());
  const torch::Tensor before = parameters[0].detach().clone();
  parameters[1].mutable_grad() = torch::ones_like(parameters[1]);
  optimizer.step();
  CHECK(torch::equal(parameters[0], before));
  CHECK(optimizer.state().size() == 1);
}
