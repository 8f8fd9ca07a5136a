#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/cnn.hpp"
#include "mnist/model_forms/weight_layouts.hpp"
#include "mnist/weights.hpp"

using namespace mnist;

namespace {

std::vector<NamedTensor> shuffled_weights(const Cnn& model) {
  std::vector<NamedTensor> weights;
  for (const auto& item : model->named_parameters())
    weights.push_back({"any", item.value().clone()});
  std::ranges::reverse(weights);
  return weights;
}

}  // namespace

TEST_CASE("weights find their layers by their shapes, whatever their names and order",
          "[weight_layouts]") {
  torch::manual_seed(1);
  const Cnn source;
  Cnn target;
  CHECK(take_weights(*target, shuffled_weights(source)).name == "PyTorch's");
  CHECK(weights_sha256(weights_of(*target)) == weights_sha256(weights_of(*source)));
}

TEST_CASE("weights and buffers with the network's own names find their places by these",
          "[weight_layouts]") {
  torch::nn::BatchNorm2d source(4), target(4);
  {
    const torch::NoGradGuard no_grad;
    for (auto [name, value] : named_values(*source)) {
      if (value.is_floating_point()) value.copy_(torch::rand({4}));
    }
  }
  std::vector<NamedTensor> weights;
  for (const auto& [name, value] : weights_of(*source)) weights.push_back({name, value});
  std::ranges::reverse(weights);
  take_weights(*target, weights);
  CHECK(weights_sha256(weights_of(*target)) == weights_sha256(weights_of(*source)));
}

TEST_CASE("of two weights with one shape the file's order decides", "[weight_layouts]") {
  torch::nn::Sequential network(torch::nn::Linear(3, 3), torch::nn::Linear(3, 3));
  const torch::Tensor first = torch::rand({3, 3}), second = torch::rand({3, 3});
  take_weights(*network, {{"b", torch::ones({3})},
                          {"w", first},
                          {"v", second},
                          {"a", torch::zeros({3})},
                          {"steps", torch::ones({}, torch::kInt64)}});
  CHECK(torch::equal(network->parameters()[0], first));
  CHECK(torch::equal(network->parameters()[1], torch::ones({3})));
  CHECK(torch::equal(network->parameters()[2], second));
}

TEST_CASE("Keras's convolutions and flattened images are brought into PyTorch's order",
          "[weight_layouts]") {
  // Of the layout itself: an image convolved with the channels last and flattened so.
  torch::nn::Sequential network(torch::nn::Conv2d(2, 4, 3), torch::nn::Flatten(),
                                torch::nn::Linear(4 * 2 * 5, 6));
  const torch::Tensor kernel = torch::rand({3, 3, 2, 4}), matrix = torch::rand({40, 6});
  const torch::Tensor bias = torch::rand({4}), bias2 = torch::rand({6});
  const std::vector<NamedTensor> weights{{"", kernel}, {"", bias}, {"", matrix}, {"", bias2}};
  CHECK(take_weights(*network, weights).name == "Keras's");
  const torch::Tensor image = torch::rand({1, 4, 7, 2});
  torch::Tensor sums = torch::zeros({1, 2, 5, 4});
  for (std::int64_t y = 0; y < 3; ++y) {
    for (std::int64_t x = 0; x < 3; ++x) {
      sums += image.slice(1, y, y + 2).slice(2, x, x + 5).matmul(kernel[y][x]);
    }
  }
  const torch::Tensor expected = (sums + bias).reshape({1, 40}).matmul(matrix) + bias2;
  CHECK(torch::allclose(network->forward(image.permute({0, 3, 1, 2})), expected, 1e-4, 1e-5));
}

TEST_CASE("weights that do not fit are refused, and change nothing", "[weight_layouts]") {
  Cnn model;
  const std::string before = weights_sha256(weights_of(*model));
  const auto refusal = [&](std::vector<NamedTensor> weights) {
    return error_of([&] { take_weights(*model, weights); });
  };
  std::vector<NamedTensor> weights = shuffled_weights(model);
  weights.push_back({"more", torch::zeros({7})});
  CHECK(contains(refusal(weights), "[7]"));
  weights.resize(weights.size() - 2);
  CHECK(contains(refusal(weights), "expected [32, 1, 3, 3] [32] [64, 32, 3, 3]"));
  CHECK_FALSE(refusal({}).empty());
  CHECK(weights_sha256(weights_of(*model)) == before);
}
