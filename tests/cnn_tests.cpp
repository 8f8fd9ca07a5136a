#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "mnist/cnn.hpp"

using mnist::Cnn;

TEST_CASE("the network has the tutorial's 225,034 parameters", "[cnn]") {
  Cnn model;
  std::int64_t parameters = 0;
  for (const auto& parameter : model->parameters()) parameters += parameter.numel();
  CHECK(parameters == 225034);
}

TEST_CASE("weights start Glorot-uniform and biases zero", "[cnn]") {
  torch::manual_seed(1);
  const Cnn model;
  // Keras: limit = sqrt(6 / (fan_in + fan_out)), fans counted with the kernel's 9 positions.
  const std::map<std::string, double> limits = {
      {"layers.conv1.weight", std::sqrt(6.0 / (9 + 288))},
      {"layers.conv2.weight", std::sqrt(6.0 / (288 + 576))},
      {"layers.fc1.weight", std::sqrt(6.0 / (1600 + 128))},
      {"layers.fc2.weight", std::sqrt(6.0 / (128 + 10))}};
  for (const auto& parameter : model->named_parameters()) {
    if (parameter.key().ends_with("bias")) {
      CHECK(parameter.value().abs().max().item<float>() == 0);
      continue;
    }
    const double limit = limits.at(parameter.key());
    const double largest = parameter.value().abs().max().item<float>();
    CHECK(largest <= limit);
    CHECK(largest > 0.9 * limit);
    // A uniform distribution on [-a, a] has the standard deviation a / √3.
    const double deviation = parameter.value().std().item<float>();
    CHECK(std::abs(deviation - limit / std::sqrt(3.0)) < 0.1 * limit);
  }
}

TEST_CASE("the scale of a normalization begins as 1", "[cnn]") {
  torch::nn::Sequential layers(torch::nn::Linear(3, 4), torch::nn::BatchNorm1d(4));
  mnist::initialize_as_keras(*layers);
  const auto p = layers->named_parameters();
  CHECK(p["0.bias"].eq(0).all().item<bool>());
  CHECK(p["1.weight"].eq(1).all().item<bool>());
  CHECK(p["1.bias"].eq(0).all().item<bool>());
}

TEST_CASE("one seed gives one network, another seed another", "[cnn]") {
  torch::manual_seed(3);
  const Cnn first;
  torch::manual_seed(3);
  const Cnn second;
  const Cnn third;
  CHECK(torch::equal(first->parameters()[0], second->parameters()[0]));
  CHECK_FALSE(torch::equal(first->parameters()[0], third->parameters()[0]));
}

TEST_CASE("the network computes what its table of layers says", "[cnn]") {
  namespace F = torch::nn::functional;
  torch::manual_seed(2);
  Cnn model;
  model->eval();
  for (auto& bias : model->parameters()) {
    if (bias.dim() == 1) torch::nn::init::uniform_(bias, -0.1, 0.1);
  }
  const auto p = model->named_parameters();
  const torch::Tensor images = torch::rand({5, 1, 28, 28});
  auto x = torch::relu(torch::conv2d(images, p["layers.conv1.weight"], p["layers.conv1.bias"]));
  x = torch::max_pool2d(x, 2);
  x = torch::relu(torch::conv2d(x, p["layers.conv2.weight"], p["layers.conv2.bias"]));
  x = torch::max_pool2d(x, 2).flatten(1);
  x = torch::relu(F::linear(x, p["layers.fc1.weight"], p["layers.fc1.bias"]));
  x = F::linear(x, p["layers.fc2.weight"], p["layers.fc2.bias"]);
  const torch::Tensor logits = model->forward(images);
  CHECK(logits.sizes() == torch::IntArrayRef{5, 10});
  CHECK(torch::allclose(logits, x, 1e-4, 1e-5));
}

TEST_CASE("dropout works while training and rests in evaluation", "[cnn]") {
  Cnn model;
  const torch::Tensor images = torch::rand({2, 1, 28, 28});
  model->train();
  CHECK_FALSE(torch::equal(model->forward(images), model->forward(images)));
  model->eval();
  CHECK(torch::equal(model->forward(images), model->forward(images)));
}
