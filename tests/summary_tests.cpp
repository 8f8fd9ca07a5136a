#include <torch/torch.h>

#include "catch.hpp"
#include "console/summary_table.hpp"
#include "mnist/cnn.hpp"
#include "mnist/summary.hpp"

using namespace mnist;

TEST_CASE("the summary of the network is computed from its layers", "[summary]") {
  Cnn model;
  const auto layers = summarize(*model->layers, torch::zeros({3, 1, 28, 28}));
  REQUIRE(layers.size() == 11);
  CHECK(layers[0].name == "conv1");
  CHECK(layers[0].type == "Conv2d");
  CHECK(layers[0].output_shape == std::vector<std::int64_t>{3, 32, 26, 26});
  CHECK(layers[0].parameters == 320);
  CHECK(layers[5].type == "MaxPool2d");
  CHECK(layers[5].output_shape == std::vector<std::int64_t>{3, 64, 5, 5});
  CHECK(layers[6].output_shape == std::vector<std::int64_t>{3, 1600});
  CHECK(layers[10].parameters == 1290);
}

TEST_CASE("the summary of another network is another", "[summary]") {
  torch::nn::Sequential network(
      {{"wide", torch::nn::Linear(4, 1000000)}, {"norm", torch::nn::BatchNorm1d(1000000)}});
  const auto layers = summarize(*network, torch::zeros({2, 4}));
  CHECK(summary_table("Other", layers, /*utf8=*/false)
            .find("\n----------------------------------------------\n") != std::string::npos);
  CHECK(summary_table("Other", layers, /*utf8=*/true) ==
        "Model: Other\n"
        "──────────────────────────────────────────────\n"
        " Layer (type)        Output shape  Parameters\n"
        "──────────────────────────────────────────────\n"
        " wide (Linear)       (N, 1000000)   5,000,000\n"
        " norm (BatchNorm1d)  (N, 1000000)   2,000,000\n"
        "──────────────────────────────────────────────\n"
        " Total parameters: 7,000,000\n");
}

TEST_CASE("a summary takes no random number and moves no running statistic", "[summary]") {
  torch::nn::Sequential network(torch::nn::BatchNorm1d(4), torch::nn::Dropout(0.5));
  network->train();
  torch::manual_seed(1);
  const torch::Tensor expected = torch::rand(3);
  torch::manual_seed(1);
  summarize(*network, torch::ones({2, 4}));
  CHECK(torch::equal(torch::rand(3), expected));
  CHECK(network->buffers()[0].abs().max().item<float>() == 0);
}
