#pragma once

#include <torch/nn/module.h>

#include <cstdint>

#include "mnist/weights.hpp"

namespace mnist {

/// Moves `average` towards the parameters and buffers of `network` after `step`, counted from 1:
/// average = d · average + (1 - d) · weights, with d = min(decay, (1 + step) / (10 + step)), so
/// that the first steps' weights are soon forgotten. What is no floating-point number is copied,
/// and so is all where `average` is empty.
void move_average(NamedTensors& average, const torch::nn::Module& network, double decay,
                  std::int64_t step);

}  // namespace mnist
