#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/borders.hpp"
#include "mnist/kernels/conv_relu.hpp"

using namespace mnist;

namespace {

torch::Tensor by_kernel(const Tensors& in) { return conv_relu(in[0], in[1], in[2]); }
torch::Tensor by_libtorch_alone(const Tensors& in) {
  return conv_relu_reference(in[0], in[1], in[2]);
}

struct SameSize {
  std::int64_t count, channels, height, width, outputs;
};

/// Odd and even sides, one pixel, fewer rows than shards, channels that fill no vector.
const SameSize kSizes[] = {{16, 64, 12, 12, 64}, {33, 16, 3, 3, 24}, {1, 8, 1, 1, 8},
                           {7, 9, 6, 5, 70},     {3, 70, 7, 4, 9},   {9, 32, 2, 13, 8}};

Tensors same_size_layer(const SameSize& s, torch::Tensor (*random)(torch::IntArrayRef)) {
  return {channels_last(random({s.count, s.channels, s.height, s.width})),
          random({s.outputs, s.channels, 3, 3}), random({s.outputs})};
}

torch::Tensor gradient_for(const Tensors& in, torch::Tensor (*random)(torch::IntArrayRef)) {
  return channels_last(random(by_libtorch_alone(in).sizes()));
}

void check_sizes() {
  torch::manual_seed(1);
  for (const SameSize& shape : kSizes) {
    CAPTURE(shape.count, shape.channels, shape.height, shape.width, shape.outputs);
    const Tensors in = same_size_layer(shape, reals);
    const torch::Tensor grad = gradient_for(in, reals);
    const Tensors found = results_and_gradients(by_kernel, in, grad);
    const Tensors expected = results_and_gradients(by_libtorch_alone, to_double(in), grad);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
    CHECK(!same_bits(found,
                     results_and_gradients(by_libtorch_alone, in, grad)));  // it was the kernel
  }
}

}  // namespace

TEST_CASE("a convolution that keeps the size, and its gradients, are LibTorch's", "[kernels]") {
  check_sizes();
}

TEST_CASE("a convolution that keeps the size passes the same tests on AVX2", "[kernels]") {
  const PinnedToAvx2 pin;
  check_sizes();
}

TEST_CASE("a convolution that keeps the size does not depend on the number of threads",
          "[kernels]") {
  torch::manual_seed(2);
  for (const SameSize& shape : kSizes) {
    const Tensors in = same_size_layer(shape, reals);
    const torch::Tensor grad = gradient_for(in, reals);
    const auto compute = [&] { return results_and_gradients(by_kernel, in, grad); };
    CHECK(same_bits(with_threads(1, compute), with_threads(3, compute)));
  }
}

TEST_CASE("NaN, infinity and what would overflow go through it as through LibTorch's",
          "[kernels]") {
  torch::manual_seed(3);
  for (const double odd : {double{NAN}, double{INFINITY}, 2e38}) {
    Tensors in = same_size_layer(kSizes[3], reals);
    in[0][1][2][3][3] = odd;
    const torch::Tensor found = by_kernel(in), expected = by_libtorch_alone(in);
    CHECK(torch::allclose(found, expected, 1e-4, 1e-4, /*equal_nan=*/true));
    CHECK(torch::equal(found.isfinite(), expected.isfinite()));
  }
}

TEST_CASE("gradients of a convolution's gradients are LibTorch's", "[kernels]") {
  torch::manual_seed(4);
  const Tensors in = same_size_layer(kSizes[2], reals);
  const Tensors found = gradients_of_gradients(by_kernel, in);
  const Tensors expected = gradients_of_gradients(by_libtorch_alone, to_double(in));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(relative_error(found[i], expected[i]) < 1e-4);
  }
}

TEST_CASE("what its kernel does not take is LibTorch's", "[kernels]") {
  torch::manual_seed(5);
  const Tensors few = same_size_layer(SameSize{2, 3, 5, 5, 8}, reals);
  CHECK(torch::equal(by_kernel(few), by_libtorch_alone(few)));
  const Tensors whole = same_size_layer(kSizes[0], reals);
  const Tensors usual = {whole[0].contiguous(), whole[1], whole[2]};
  CHECK(torch::equal(by_kernel(usual), by_libtorch_alone(usual)));
  CHECK(torch::equal(by_kernel(to_double(whole)), by_libtorch_alone(to_double(whole))));
  const NoKernelsGuard no_kernels;
  CHECK(torch::equal(by_kernel(whole), by_libtorch_alone(whole)));
}

TEST_CASE("a border of zeros comes and goes as LibTorch's does", "[kernels]") {
  torch::manual_seed(6);
  for (const std::int64_t border : {0, 1, 3}) {
    const Tensors in = {channels_last(torch::randn({3, 5, 4, 7}))};
    const auto by_libtorch = [&](const Tensors& images) -> torch::Tensor {
      return torch::constant_pad_nd(images[0], {border, border, border, border});
    };
    const auto ours = [&](const Tensors& images) { return pad(images[0], border); };
    const torch::Tensor grad = torch::randn(by_libtorch(in).sizes());
    CHECK(same_bits(results_and_gradients(ours, in, grad),
                    results_and_gradients(by_libtorch, in, grad)));
    CHECK(same_bits(gradients_of_gradients(ours, in), gradients_of_gradients(by_libtorch, in)));
  }
}
