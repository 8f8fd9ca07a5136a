#include <torch/script.h>
#include <torch/torch.h>

#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <vector>

#include "catch.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/kernels/instruction_set.hpp"
#include "mnist/kernels/linear.hpp"
#include "mnist/kernels/parallel.hpp"
#include "mnist/torchscript.hpp"

using namespace mnist;

namespace {

using Tensors = std::vector<torch::Tensor>;
using Function = std::function<torch::Tensor(const Tensors&)>;

torch::Tensor fused(const Tensors& in) { return conv_relu_pool(in[0], in[1], in[2]); }
torch::Tensor reference(const Tensors& in) { return conv_relu_pool_reference(in[0], in[1], in[2]); }
torch::Tensor own_linear(const Tensors& in) { return linear(in[0], in[1], in[2]); }
torch::Tensor torch_linear(const Tensors& in) { return torch::linear(in[0], in[1], in[2]); }

torch::Tensor channels_last(const torch::Tensor& tensor) {
  return tensor.permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2});
}

/// The result of `function`, then its gradients in all arguments.
Tensors results_and_gradients(const Function& function, const Tensors& arguments,
                              const torch::Tensor& grad_result) {
  Tensors leaves;
  for (const auto& argument : arguments) leaves.push_back(argument.detach().requires_grad_());
  const torch::Tensor result = function(leaves);
  Tensors all = torch::autograd::grad({result}, leaves, {grad_result.to(result.dtype())});
  all.insert(all.begin(), result.detach());
  return all;
}

bool same_bits(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), torch::equal);
}

Tensors to_double(Tensors tensors) {
  for (torch::Tensor& tensor : tensors) tensor = tensor.to(torch::kFloat64);
  return tensors;
}

/// The largest error, as a share of the largest value.
double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const double scale = expected.abs().max().item<double>();
  return (found.to(torch::kFloat64) - expected).abs().max().item<double>() / std::max(scale, 1e-30);
}

struct Shape {
  std::int64_t count, channels, height, width, outputs, filter_height, filter_width;
};

const Shape kShapes[] = {
    {32, 1, 28, 28, 32, 3, 3}, {33, 32, 13, 13, 64, 3, 3}, {1, 1, 28, 28, 24, 5, 5},
    {2, 3, 9, 6, 5, 3, 5},     {7, 5, 7, 13, 8, 2, 2},     {3, 8, 9, 6, 33, 3, 3},
    {9, 24, 7, 7, 10, 5, 3},   {2, 33, 6, 9, 24, 1, 1},    {1, 3, 4, 4, 3, 3, 3},
    {5, 64, 5, 4, 17, 3, 3},   {1, 1, 2, 2, 1, 1, 1},      {17, 2, 8, 8, 65, 3, 2},
};

/// Small integers, which float32 adds without rounding, so that windows have many equal maxima.
torch::Tensor integers(torch::IntArrayRef sizes) {
  return torch::randint(-3, 4, sizes, torch::kFloat32);
}
torch::Tensor reals(torch::IntArrayRef sizes) { return torch::randn(sizes); }

Tensors arguments(const Shape& s, torch::Tensor (*random)(torch::IntArrayRef)) {
  return {channels_last(random({s.count, s.channels, s.height, s.width})),
          random({s.outputs, s.channels, s.filter_height, s.filter_width}), random({s.outputs})};
}

torch::Tensor grad_for(const Tensors& in, torch::Tensor (*random)(torch::IntArrayRef)) {
  return random(reference(in).sizes());
}

void check_all_shapes() {
  torch::manual_seed(1);
  for (const Shape& shape : kShapes) {
    CAPTURE(shape.count, shape.channels, shape.height, shape.width, shape.outputs,
            shape.filter_height, shape.filter_width);
    const Tensors whole = arguments(shape, integers);
    const torch::Tensor whole_grad = grad_for(whole, integers);
    CHECK(same_bits(results_and_gradients(fused, whole, whole_grad),
                    results_and_gradients(reference, whole, whole_grad)));

    const Tensors real = arguments(shape, reals);
    const torch::Tensor real_grad = grad_for(real, reals);
    const auto found = results_and_gradients(fused, real, real_grad);
    const auto expected = results_and_gradients(reference, to_double(real), real_grad);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
  }
}

/// Restores the number of threads.
class Threads {
 public:
  explicit Threads(int count) : before_(kernel_threads()) { set_kernel_threads(count); }
  ~Threads() { set_kernel_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

template <typename Compute>
auto with_threads(int count, const Compute& compute) {
  const Threads threads(count);
  return compute();
}

}  // namespace

TEST_CASE("the fused convolution and its gradients are LibTorch's, ties included, at any shape",
          "[kernels]") {
  check_all_shapes();
}

TEST_CASE("a silenced window passes no gradient, not even one of infinity", "[kernels]") {
  torch::manual_seed(2);
  Tensors in = arguments(kShapes[1], reals);
  in[2].fill_(-1e6);
  const torch::Tensor grad = torch::full_like(reference(in), INFINITY);
  for (const torch::Tensor& values : results_and_gradients(fused, in, grad)) {
    CHECK(values.abs().max().item<float>() == 0);
  }
}

TEST_CASE("an infinite gradient stays within the patch that it belongs to", "[kernels]") {
  torch::manual_seed(3);
  for (const Shape& shape : {kShapes[3], kShapes[5]}) {
    Tensors in = arguments(shape, reals);
    in[2].fill_(1e3);  // no window is silent
    torch::Tensor grad = torch::zeros_like(reference(in));
    grad[0][0][0][0] = 1;
    // LibTorch multiplies the infinity with the zeros around it, so a finite gradient tells where
    // the patch is.
    const auto finite = results_and_gradients(fused, in, grad);
    const auto infinite = results_and_gradients(
        fused, in, torch::where(grad > 0, INFINITY * torch::ones_like(grad), grad));
    CHECK(torch::equal(infinite[1].isfinite(), finite[1] == 0));
  }
}

TEST_CASE("NaN and infinity go through the fused convolution as through LibTorch's", "[kernels]") {
  torch::manual_seed(4);
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    for (const Shape& shape : {kShapes[0], kShapes[1], kShapes[3]}) {
      Tensors in = arguments(shape, reals);
      in[0][0][0][2][3] = value;
      const torch::Tensor grad = grad_for(in, reals);
      const auto found = results_and_gradients(fused, in, grad);
      const auto expected = results_and_gradients(reference, in, grad);
      CHECK(torch::allclose(found[0], expected[0], 1e-4, 1e-4, /*equal_nan=*/true));
      CHECK(torch::allclose(found[1], expected[1], 1e-4, 1e-4, /*equal_nan=*/true));
      CHECK(torch::equal(torch::isfinite(found[3]), torch::isfinite(expected[3])));
    }
  }
}

TEST_CASE("a NaN in the input shows in the filters' gradient", "[kernels]") {
  torch::manual_seed(5);
  for (const Shape& shape : {kShapes[0], kShapes[1]}) {
    Tensors in = arguments(shape, reals);
    in[0][0][0][4][4] = NAN;
    const auto found = results_and_gradients(fused, in, grad_for(in, reals));
    CHECK(found[2].isnan().any().item<bool>());
  }
}

TEST_CASE("the fused convolution does not depend on the number of threads", "[kernels]") {
  torch::manual_seed(6);
  for (const Shape& shape : {kShapes[0], kShapes[1], kShapes[11]}) {
    const Tensors in = arguments(shape, reals);
    const torch::Tensor grad = grad_for(in, reals);
    const auto compute = [&] { return results_and_gradients(fused, in, grad); };
    CHECK(same_bits(with_threads(1, compute), with_threads(2, compute)));
    CHECK(same_bits(with_threads(1, compute), with_threads(5, compute)));
  }
}

TEST_CASE("an image's result does not depend on the others of its batch", "[kernels]") {
  torch::manual_seed(7);
  const Tensors in = arguments(kShapes[1], reals);
  const torch::NoGradGuard no_grad;
  const torch::Tensor all = fused(in);
  for (const std::int64_t i : {0, 1, 16, 32}) {
    CHECK(torch::equal(fused({in[0].slice(0, i, i + 1), in[1], in[2]}), all.slice(0, i, i + 1)));
  }
}

TEST_CASE("the fused convolution without gradients gives the same, channels innermost",
          "[kernels]") {
  torch::manual_seed(8);
  const Tensors in = arguments(kShapes[1], reals);
  const torch::Tensor result = [&] {
    const torch::NoGradGuard no_grad;
    return fused(in);
  }();
  CHECK(result.is_contiguous(torch::MemoryFormat::ChannelsLast));
  CHECK_FALSE(result.requires_grad());
  CHECK(torch::equal(result, results_and_gradients(fused, in, torch::ones_like(result))[0]));
}

TEST_CASE("the fused convolution takes any memory layout and type", "[kernels]") {
  torch::manual_seed(9);
  const Tensors in = arguments(kShapes[5], integers);
  const torch::Tensor grad = grad_for(in, integers);
  const auto expected = results_and_gradients(reference, in, grad);
  const torch::Tensor spread =
      torch::stack({in[0], in[0]}, -1).select(-1, 0);  // neither order, with gaps
  for (const Tensors& variant : {
           Tensors{in[0].contiguous(), in[1], in[2]},
           Tensors{spread, in[1], in[2]},
           Tensors{in[0], channels_last(in[1]), in[2]},
           Tensors{in[0], in[1].transpose(2, 3).contiguous().transpose(2, 3), in[2]},
           to_double(in),
       }) {
    auto found = results_and_gradients(fused, variant, grad);
    for (torch::Tensor& values : found) values = values.to(torch::kFloat32);
    CHECK(same_bits(found, expected));
  }
  const auto grads_any_order =
      results_and_gradients(fused, in, grad.transpose(2, 3).contiguous().transpose(2, 3));
  CHECK(same_bits(grads_any_order, expected));
}

TEST_CASE("what LibTorch refuses, the kernels refuse with its own message", "[kernels]") {
  const auto message = [](const Function& function, const Tensors& in) -> std::string {
    try {
      function(in);
    } catch (const c10::Error& error) {
      return error.what_without_backtrace();
    }
    return "nothing thrown";
  };
  const Tensors in = arguments(kShapes[3], reals);
  for (const Tensors& wrong : {
           Tensors{in[0], in[1], torch::zeros(4)},
           Tensors{in[0], torch::zeros({5, 4, 3, 3}), in[2]},
           Tensors{channels_last(torch::zeros({2, 3, 3, 5})), in[1], in[2]},
       }) {
    CHECK(message(fused, wrong) == message(reference, wrong));
    CHECK(message(fused, wrong) != "nothing thrown");
  }
}

TEST_CASE("only the gradients that are needed are computed", "[kernels]") {
  torch::manual_seed(10);
  for (const Shape& shape : {kShapes[0], kShapes[1]}) {
    Tensors in = arguments(shape, integers);
    const torch::Tensor grad = grad_for(in, integers);
    const auto expected = results_and_gradients(reference, in, grad);
    in[1].requires_grad_();
    fused(in).backward(grad);
    CHECK_FALSE(in[0].grad().defined());
    CHECK(torch::equal(in[1].grad(), expected[2]));
  }
}

TEST_CASE("gradients of the kernels' gradients are LibTorch's", "[kernels]") {
  torch::manual_seed(11);
  const auto penalty = [](const Function& function, Tensors in) {
    for (torch::Tensor& tensor : in) tensor = tensor.detach().requires_grad_();
    const torch::Tensor result = function(in);
    const auto gradients = torch::autograd::grad({(result * result).sum()}, in, {}, true, true);
    torch::Tensor sum = torch::zeros({}, result.dtype());
    for (const torch::Tensor& gradient : gradients) sum = sum + gradient.pow(2).sum();
    return torch::autograd::grad({sum}, in);
  };
  const Tensors in = arguments(kShapes[3], reals);
  const auto found = penalty(fused, in), expected = penalty(reference, to_double(in));
  for (std::size_t i = 0; i < 3; ++i) CHECK(relative_error(found[i], expected[i]) < 1e-5);

  const Tensors linear_in = {torch::randn({4, 5}), torch::randn({3, 5}), torch::randn(3)};
  const auto linear_found = penalty(own_linear, linear_in),
             linear_expected = penalty(torch_linear, to_double(linear_in));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(relative_error(linear_found[i], linear_expected[i]) < 1e-5);
  }
}

TEST_CASE("the layer is initialised as a convolution and traced as LibTorch's operators",
          "[kernels]") {
  torch::manual_seed(12);
  const torch::nn::Conv2d convolution(3, 4, 3);
  torch::manual_seed(12);
  ConvReluPool layer(3, 4, 3);
  CHECK(torch::equal(layer->weight, convolution->weight));
  CHECK(torch::equal(layer->bias, convolution->bias));

  const torch::Tensor images = channels_last(torch::randn({2, 3, 8, 8}));
  auto script = trace(*layer, [&](const Tensors& inputs) { return layer->forward(inputs.at(0)); },
                      {{"images", images}});
  CHECK(torch::allclose(script.forward({images}).toTensor(), layer->forward(images), 1e-5, 1e-5));
  CHECK(script.get_method("forward").graph()->toString().find("aten::max_pool2d") !=
        std::string::npos);
}

TEST_CASE("the linear layer and its gradients are LibTorch's at any shape", "[kernels]") {
  torch::manual_seed(13);
  struct Sizes {
    std::int64_t count, inputs, outputs;
  };
  for (const auto& [count, inputs, outputs] :
       {Sizes{32, 1600, 128}, Sizes{32, 128, 10}, Sizes{1, 1, 1}, Sizes{3, 17, 5},
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
  Linear without_bias(torch::nn::LinearOptions(4, 5).bias(false));
  CHECK(without_bias->forward(torch::ones({2, 4})).sizes() == torch::IntArrayRef{2, 5});
}

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

// Last, as the pin holds for the rest of the process.
TEST_CASE("the kernels pinned to AVX2 pass the same tests", "[kernels]") {
  pin_kernels_to_avx2();
  CHECK(kernel_instruction_set() != "AVX3");
  check_all_shapes();
}
