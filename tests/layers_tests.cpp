#include <torch/torch.h>

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/layers.hpp"

using namespace mnist;
namespace nn = torch::nn;

namespace {

using Kernel = LayerGroup::Kernel;

std::vector<Kernel> kernels_of(nn::Sequential layers) {
  std::vector<Kernel> kernels;
  for (const LayerGroup& group : group_layers(*layers)) kernels.push_back(group.kernel);
  return kernels;
}

/// A network that pools before the ReLU once and after it once.
nn::Sequential network() {
  return nn::Sequential(nn::Conv2d(3, 8, 3), nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(8, 5, 2),
                        nn::MaxPool2d(2), nn::ReLU(), nn::Flatten(), nn::Linear(5 * 2 * 2, 7),
                        nn::Sigmoid(), nn::Linear(nn::LinearOptions(7, 4).bias(false)));
}

}  // namespace

TEST_CASE("neighbouring layers that one kernel computes are found in any network", "[layers]") {
  nn::Sequential layers = network();
  const std::vector<LayerGroup> groups = group_layers(*layers);
  REQUIRE((kernels_of(layers) == std::vector{Kernel::kConvReluPool, Kernel::kConvReluPool,
                                             Kernel::kNone, Kernel::kLinear, Kernel::kNone,
                                             Kernel::kNone}));
  CHECK(groups[1].name == "3");
  CHECK(groups[1].first == 3);
  CHECK(groups[1].count == 3);
  CHECK(groups[0].format == torch::MemoryFormat::ChannelsLast);
  CHECK(groups[1].format == torch::MemoryFormat::Contiguous);
}

TEST_CASE("a linear layer takes its ReLU and dropout along", "[layers]") {
  nn::Sequential layers(nn::Linear(4, 4), nn::ReLU(), nn::Dropout(0.25), nn::Linear(4, 4),
                        nn::Dropout(0.5), nn::Linear(4, 4), nn::ReLU(), nn::Linear(4, 2),
                        nn::ReLU(), nn::Dropout(1.0));
  const auto groups = group_layers(*layers);
  REQUIRE(groups.size() == 6);
  CHECK((groups[0].count == 3 && groups[0].activation.relu));
  CHECK(groups[0].activation.dropout == 0.25);
  CHECK((groups[1].count == 1 && !groups[1].activation.relu));
  CHECK((groups[3].count == 2 && groups[3].activation.relu));
  CHECK((groups[4].count == 2 && groups[4].activation.dropout == 0));
  layers->eval();
  CHECK(group_layers(*layers)[0].activation.dropout == 0);
}

TEST_CASE("a convolution with a padding is a kernel's before a pooling, or a ReLU alone",
          "[layers]") {
  const auto padded = [](std::int64_t side, std::int64_t padding) {
    return nn::Conv2d(nn::Conv2dOptions(8, 8, side).padding(padding));
  };
  nn::Sequential layers(padded(5, 2), nn::ReLU(), nn::MaxPool2d(2), padded(3, 1), nn::ReLU(),
                        nn::BatchNorm2d(8), padded(5, 2), nn::ReLU(), nn::Flatten(),
                        nn::Dropout(0.5));
  const std::vector<LayerGroup> groups = group_layers(*layers);
  REQUIRE((kernels_of(layers) == std::vector{Kernel::kConvReluPool, Kernel::kConvRelu,
                                             Kernel::kBatchNorm, Kernel::kNone, Kernel::kNone,
                                             Kernel::kNone, Kernel::kDropout}));
  CHECK(groups[0].padding == 2);
  CHECK(groups[1].padding == 0);  // its own border is not one for others to add
  torch::manual_seed(3);
  const torch::Tensor x = channels_last(torch::randn({2, 8, 7, 7}));
  layers->eval();
  CHECK(torch::allclose(forward_with_kernels(*layers, x), layers->forward(x), 1e-4, 1e-5));
}

TEST_CASE(
    "a convolution of few channels before a ReLU is a kernel's, whatever its filters and padding",
    "[layers]") {
  nn::Sequential layers(nn::Conv2d(nn::Conv2dOptions(3, 8, 5).padding(2)), nn::ReLU(),
                        nn::BatchNorm2d(8));
  const std::vector<LayerGroup> groups = group_layers(*layers);
  REQUIRE((kernels_of(layers) == std::vector{Kernel::kConvReluByPatches, Kernel::kBatchNorm}));
  CHECK(groups[0].padding == 2);
  torch::manual_seed(3);
  const torch::Tensor x = channels_last(torch::randn({2, 3, 6, 7}));
  layers->eval();
  CHECK(torch::allclose(forward_with_kernels(*layers, x), layers->forward(x), 1e-4, 1e-5));
}

TEST_CASE("dropout alone leaves out what its mask does, and nothing in evaluation", "[layers]") {
  nn::Sequential layers{nn::Dropout(0.25)};
  const torch::Tensor ones = torch::ones({40, 500}).requires_grad_();
  const auto run = [&] {
    torch::manual_seed(4);
    return forward_with_kernels(*layers, ones);
  };
  const torch::Tensor once = run();
  CHECK(torch::equal(once, run()));
  CHECK(torch::equal(once.gt(0), once.eq(static_cast<float>(1 / 0.75))));
  CHECK(std::abs(once.gt(0).to(torch::kFloat32).mean().item<double>() - 0.75) < 0.02);
  once.sum().backward();
  CHECK(torch::equal(ones.grad(), once.detach()));
  layers->eval();
  CHECK(torch::equal(run(), ones));
}

TEST_CASE("layers that the kernels do not compute are left as they are", "[layers]") {
  using Conv = nn::Conv2dOptions;
  using Pool = nn::MaxPool2dOptions;
  for (const auto& conv :
       {Conv(4, 4, 3).stride(2), Conv(4, 4, 3).padding({0, 1}), Conv(4, 4, 3).dilation(2),
        Conv(4, 4, 3).groups(2), Conv(4, 4, 3).bias(false), Conv(4, 4, 3).padding(torch::kSame),
        Conv(4, 4, 3).padding(1).padding_mode(torch::kCircular)}) {
    CHECK((kernels_of(nn::Sequential(nn::Conv2d(conv), nn::ReLU(), nn::MaxPool2d(2))) ==
           std::vector(3, Kernel::kNone)));
  }
  for (const auto& pool : {Pool(3), Pool(2).stride(1), Pool(2).padding(1), Pool(2).dilation(2),
                           Pool(2).ceil_mode(true)}) {
    CHECK((kernels_of(nn::Sequential(nn::Conv2d(8, 4, 3), nn::ReLU(), nn::MaxPool2d(pool))) ==
           std::vector(3, Kernel::kNone)));
  }
  CHECK((kernels_of(nn::Sequential(nn::Conv2d(8, 4, 3), nn::ReLU())) ==
         std::vector(2, Kernel::kNone)));
  CHECK((kernels_of(nn::Sequential(nn::Conv2d(4, 4, 3), nn::GELU(), nn::MaxPool2d(2))) ==
         std::vector(3, Kernel::kNone)));
}

TEST_CASE("with kernels a network computes what it does without, gradients too", "[layers]") {
  torch::manual_seed(1);
  nn::Sequential layers = network();
  const auto run = [&](const torch::Tensor& input, auto forward) {
    layers->zero_grad();
    const torch::Tensor x = input.detach().clone().requires_grad_();
    const torch::Tensor result = forward(x);
    result.square().sum().backward();
    Tensors all = {result.detach(), x.grad()};
    for (const torch::Tensor& parameter : layers->parameters()) {
      all.push_back(parameter.grad().clone());
    }
    return all;
  };
  for (const torch::Tensor& input :
       {torch::randn({5, 3, 12, 12}), channels_last(torch::randn({1, 3, 12, 12}))}) {
    const Tensors found = run(input, [&](auto& x) { return forward_with_kernels(*layers, x); });
    const Tensors expected = run(input, [&](auto& x) { return layers->forward(x); });
    for (std::size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].sizes() == expected[i].sizes());
      CHECK(relative_error(found[i], expected[i]) < 1e-5);
    }
  }
}

TEST_CASE("a network of other numbers, or without kernels, is LibTorch's to the bit", "[layers]") {
  torch::manual_seed(2);
  nn::Sequential layers = network();
  const torch::NoGradGuard no_grad;
  {
    const NoKernelsGuard no_kernels;
    const torch::Tensor x = torch::randn({2, 3, 12, 12});
    CHECK(torch::equal(forward_with_kernels(*layers, x), layers->forward(x)));
  }
  layers->to(torch::kFloat64);
  const torch::Tensor x = torch::randn({2, 3, 12, 12}, torch::kFloat64);
  CHECK(torch::equal(forward_with_kernels(*layers, x), layers->forward(x)));
}
