#include <torch/script.h>
#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/machine/instruction_set.hpp"
#include "mnist/torchscript.hpp"

using namespace mnist;

namespace {

torch::Tensor fused(const Tensors& in) { return conv_relu_pool(in[0], in[1], in[2]); }
torch::Tensor fused_contiguous(const Tensors& in) {
  return conv_relu_pool(in[0], in[1], in[2], torch::MemoryFormat::Contiguous);
}
torch::Tensor reference(const Tensors& in) { return conv_relu_pool_reference(in[0], in[1], in[2]); }

struct Shape {
  std::int64_t count, channels, height, width, outputs, filter_height, filter_width;
};

const Shape kShapes[] = {
    {32, 1, 28, 28, 32, 3, 3}, {33, 32, 13, 13, 64, 3, 3}, {1, 1, 28, 28, 24, 5, 5},
    {2, 3, 9, 6, 5, 3, 5},     {7, 5, 7, 13, 8, 2, 2},     {3, 8, 9, 6, 33, 3, 3},
    {9, 24, 7, 7, 10, 5, 3},   {2, 33, 6, 9, 24, 1, 1},    {1, 3, 4, 4, 3, 3, 3},
    {5, 64, 5, 4, 17, 3, 3},   {1, 1, 2, 2, 1, 1, 1},      {17, 2, 8, 8, 65, 3, 2},
};

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
    const auto whole_expected = results_and_gradients(reference, whole, whole_grad);
    CHECK(
        same_bits(results_and_gradients(fused, whole, channels_last(whole_grad)), whole_expected));
    CHECK(same_bits(results_and_gradients(fused_contiguous, whole, whole_grad), whole_expected));

    const Tensors real = arguments(shape, reals);
    const torch::Tensor real_grad = grad_for(real, reals);
    const auto found = results_and_gradients(fused, real, channels_last(real_grad));
    CHECK(same_bits(results_and_gradients(fused_contiguous, real, real_grad), found));
    const auto expected = results_and_gradients(reference, to_double(real), real_grad);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
  }
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

TEST_CASE("sums that only Winograd's method would overflow are LibTorch's", "[kernels]") {
  torch::manual_seed(16);
  const Shape shape{2, 8, 9, 8, 5, 3, 3};
  Tensors in = arguments(shape, integers);
  REQUIRE(uses_winograd(in[1]));
  in[0] = in[0].abs() * 2e37F;  // four of these are too much for a float32
  in[1] = in[1].abs() * 0x1p-12F;
  const torch::NoGradGuard no_grad;
  const torch::Tensor expected = reference(in);
  REQUIRE(expected.isfinite().all().item<bool>());
  CHECK(relative_error(fused(in), expected.to(torch::kFloat64)) < 1e-5);
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

TEST_CASE("the fused convolution without gradients gives the same, in the order asked for",
          "[kernels]") {
  torch::manual_seed(8);
  const Tensors in = arguments(kShapes[1], reals);
  const torch::Tensor expected =
      results_and_gradients(fused, in, torch::ones_like(reference(in)))[0];
  for (const auto format : {torch::MemoryFormat::ChannelsLast, torch::MemoryFormat::Contiguous}) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor result = conv_relu_pool(in[0], in[1], in[2], format);
    CHECK(result.is_contiguous(format));
    CHECK_FALSE(result.requires_grad());
    CHECK(torch::equal(result, expected));
    CHECK(torch::equal(conv_relu_pool(in[0], in[1], in[2], format, pack_filters(in[1], in[2])),
                       expected));
  }
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

TEST_CASE("gradients of the fused convolution's gradients are LibTorch's", "[kernels]") {
  torch::manual_seed(11);
  const Tensors in = arguments(kShapes[3], reals);
  const auto found = gradients_of_gradients(fused, in),
             expected = gradients_of_gradients(reference, to_double(in));
  for (std::size_t i = 0; i < 3; ++i) CHECK(relative_error(found[i], expected[i]) < 1e-5);
}

TEST_CASE("the kernels pinned to AVX2 pass the same tests", "[kernels]") {
  const PinnedToAvx2 pin;
  CHECK(kernel_instruction_set() != "AVX3");
  check_all_shapes();
}

TEST_CASE("after a pin the kernels use the best instruction set again", "[kernels]") {
  const std::string best = kernel_instruction_set();
  pin_kernels_to_avx2();
  unpin_kernels();
  CHECK(kernel_instruction_set() == best);
}
