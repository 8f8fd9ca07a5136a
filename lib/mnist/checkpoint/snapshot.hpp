#pragma once

#include <torch/optim/optimizer.h>

#include "mnist/cnn.hpp"
#include "mnist/weights.hpp"

namespace mnist {

/// Copies of all parameters and buffers, Adam's moments and step counts, and the states of the
/// random generators of the CPU and of the device that the model is on.
NamedTensors capture(const Cnn& model, const torch::optim::Optimizer& optimizer);

/// Puts the parameters and buffers back alone. Throws `Error` where one is missing or has another
/// shape or type.
void restore_weights(const NamedTensors& tensors, Cnn& model);

/// Puts them all back. `optimizer` is an Adam of the model's parameters. Throws as
/// `restore_weights` does.
void restore(const NamedTensors& tensors, Cnn& model, torch::optim::Optimizer& optimizer);

}  // namespace mnist
