#include <torch/torch.h>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/conv_relu_by_patches.hpp"

using namespace mnist;

namespace {

torch::Tensor by_patches(const Tensors& in) { return conv_relu_by_patches(in[0], in[1], in[2]); }
torch::Tensor by_conv2d(const Tensors& in) {
  return torch::relu(torch::conv2d(in[0], in[1], in[2]));
}

struct ThinLayer {
  std::int64_t count, channels, side, rows, columns, outputs;  // rows and columns of the filters
};

/// The network's own, one patch, fewer images than shards, filters that are no squares.
const ThinLayer kThinLayers[] = {{16, 1, 28, 5, 5, 48}, {3, 1, 5, 5, 5, 9}, {9, 3, 8, 3, 4, 17}};

Tensors thin_layer(const ThinLayer& l) {
  return {channels_last(reals({l.count, l.channels, l.side, l.side})),
          reals({l.outputs, l.channels, l.rows, l.columns}), reals({l.outputs})};
}

}  // namespace

TEST_CASE("a convolution by patches, and its gradients, are LibTorch's", "[kernels]") {
  torch::manual_seed(1);
  for (const ThinLayer& layer : kThinLayers) {
    CAPTURE(layer.count, layer.channels, layer.side);
    const Tensors in = thin_layer(layer);
    const torch::Tensor grad = channels_last(reals(by_conv2d(in).sizes()));
    const Tensors found = results_and_gradients(by_patches, in, grad);
    const Tensors expected = results_and_gradients(by_conv2d, to_double(in), grad);
    CHECK(found[0].is_contiguous(torch::MemoryFormat::ChannelsLast));
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
    const auto compute = [&] { return results_and_gradients(by_patches, in, grad); };
    CHECK(same_bits(with_threads(1, compute), with_threads(3, compute)));
    const NoKernelsGuard no_kernels;
    CHECK(torch::equal(by_patches(in), by_conv2d(in)));
  }
}

TEST_CASE("a convolution by patches leaves to LibTorch what it does not take", "[kernels]") {
  torch::manual_seed(2);
  const Tensors in = thin_layer(kThinLayers[2]);
  CHECK(torch::equal(by_patches(to_double(in)), by_conv2d(to_double(in))));
  const Tensors small = {in[0].slice(3, 0, 3), in[1], in[2]};  // than the filters are
  CHECK_THROWS_AS(by_patches(small), std::exception);
}
