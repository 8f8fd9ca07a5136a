#include <torch/torch.h>

#include "catch.hpp"
#include "mnist/weight_average.hpp"

using namespace mnist;

TEST_CASE("a moving average begins with the weights and then follows them", "[weight_average]") {
  torch::nn::Linear network(1, 1);
  const torch::NoGradGuard no_grad;
  NamedTensors average;
  const auto step = [&](double weight, double decay, std::int64_t number) {
    network->weight.fill_(weight);
    move_average(average, *network, decay, number);
    return average.at("weight").item<double>();
  };
  CHECK(step(8, 0.75, 1) == 8);
  CHECK(step(4, 0.75, 1000) == 7);     // 0.75 · 8 + 0.25 · 4
  CHECK(step(7 + 12, 0.75, 2) == 16);  // d = 3 / 12: the first steps are soon forgotten
  CHECK(network->weight.item<double>() == 19);
}

TEST_CASE("buffers are averaged with the parameters, but for counts", "[weight_average]") {
  torch::nn::BatchNorm2d norm(1);
  const torch::NoGradGuard no_grad;
  NamedTensors average;
  move_average(average, *norm, 0.5, 1);
  norm->running_mean.fill_(2);
  norm->num_batches_tracked.fill_(5);
  move_average(average, *norm, 0.5, 1000);
  CHECK(average.at("running_mean").item<double>() == 1);
  CHECK(average.at("num_batches_tracked").item<std::int64_t>() == 5);
}
