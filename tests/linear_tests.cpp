#include <torch/torch.h>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/linear.hpp"

using namespace mnist;

namespace {

torch::Tensor own_linear(const Tensors& in) { return linear(in[0], in[1], in[2]); }
torch::Tensor torch_linear(const Tensors& in) { return torch::linear(in[0], in[1], in[2]); }

}  // namespace

TEST_CASE("the linear layer and its gradients are LibTorch's at any shape", "[kernels]") {
  torch::manual_seed(13);
  struct Sizes {
    std::int64_t count, inputs, outputs;
  };
  for (const auto& [count, inputs, outputs] :
       {Sizes{32, 1600, 128}, Sizes{32, 128, 10}, Sizes{1, 1, 1}, Sizes{2, 40, 7}, Sizes{3, 17, 5},
        Sizes{33, 70, 67}, Sizes{5, 200, 130}}) {
    CAPTURE(count, inputs, outputs);
    const Tensors whole = {integers({count, inputs}), integers({outputs, inputs}),
                           integers({outputs})};
    const torch::Tensor whole_grad = integers({count, outputs});
    CHECK(same_bits(results_and_gradients(own_linear, whole, whole_grad),
                    results_and_gradients(torch_linear, whole, whole_grad)));

    const Tensors real = {reals({count, inputs}), reals({outputs, inputs}), reals({outputs})};
    const torch::Tensor grad = reals({count, outputs});
    const auto found = results_and_gradients(own_linear, real, grad);
    const auto expected = results_and_gradients(torch_linear, to_double(real), grad);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
    const auto compute = [&] { return results_and_gradients(own_linear, real, grad); };
    CHECK(same_bits(with_threads(1, compute), with_threads(2, compute)));
  }
}

TEST_CASE("the linear layer takes any memory layout, and what LibTorch takes", "[kernels]") {
  torch::manual_seed(14);
  const Tensors in = {integers({20, 6}).t(), integers({20, 7}).t(),
                      integers({14}).slice(0, 0, 14, 2)};
  const torch::Tensor grad = integers({7, 6}).t();
  CHECK(same_bits(results_and_gradients(own_linear, in, grad),
                  results_and_gradients(torch_linear, in, grad)));
  CHECK(linear(torch::ones({2, 3, 4}), torch::ones({5, 4}), torch::ones(5)).sizes() ==
        torch::IntArrayRef{2, 3, 5});
  CHECK(linear(torch::ones({0, 4}), torch::ones({5, 4}), torch::ones(5)).sizes() ==
        torch::IntArrayRef{0, 5});
}

TEST_CASE("gradients of the linear layer's gradients are LibTorch's", "[kernels]") {
  torch::manual_seed(11);
  const Tensors in = {torch::randn({4, 5}), torch::randn({3, 5}), torch::randn(3)};
  const auto found = gradients_of_gradients(own_linear, in),
             expected = gradients_of_gradients(torch_linear, to_double(in));
  for (std::size_t i = 0; i < 3; ++i) CHECK(relative_error(found[i], expected[i]) < 1e-5);
}

TEST_CASE("a linear layer with its ReLU is LibTorch's, gradients of gradients too", "[kernels]") {
  torch::manual_seed(12);
  const auto found = [](const Tensors& in) { return linear(in[0], in[1], in[2], {.relu = true}); };
  const auto expected = [](const Tensors& in) { return torch::relu(torch_linear(in)); };
  for (const std::int64_t rows : {1, 7, 33}) {
    const Tensors in = {integers({rows, 70}), integers({19, 70}), integers({19})};
    const torch::Tensor grad = integers({rows, 19});
    CHECK(same_bits(results_and_gradients(found, in, grad),
                    results_and_gradients(expected, in, grad)));
  }
  const Tensors in = {torch::randn({4, 5}), torch::randn({3, 5}), torch::randn(3)};
  const auto second = gradients_of_gradients(found, in),
             second_expected = gradients_of_gradients(expected, to_double(in));
  for (std::size_t i = 0; i < 3; ++i) CHECK(relative_error(second[i], second_expected[i]) < 1e-5);
}

TEST_CASE("dropout behind a linear layer passes gradients where it passed results", "[kernels]") {
  torch::manual_seed(15);
  const Tensors in = {reals({33, 70}), reals({130, 70}), reals({130})};
  const torch::Tensor grad = reals({33, 130});
  const auto dropped = [](const Tensors& arguments) {
    return linear(arguments[0], arguments[1], arguments[2], {.relu = true, .dropout = 0.4});
  };
  const auto found = results_and_gradients(dropped, in, grad);
  const torch::Tensor mask = found[0].gt(0) / (1 - 0.4);
  const auto expected = results_and_gradients(
      [&](const Tensors& arguments) { return torch::relu(torch_linear(arguments)) * mask; },
      to_double(in), grad);
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(relative_error(found[i], expected[i]) < 1e-5);
  }
}
