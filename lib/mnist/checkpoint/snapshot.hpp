#pragma once

#include <torch/optim/optimizer.h>
#include <torch/types.h>

#include <map>
#include <string>

#include "mnist/cnn.hpp"

namespace mnist {

using NamedTensors = std::map<std::string, torch::Tensor>;

/// Copies of the parameters and buffers, by their names in the model, and back.
NamedTensors weights_of(const Cnn& model);
void set_weights(Cnn& model, const NamedTensors& weights);

/// Copies of all parameters and buffers, Adam's moments and step counts, and the states of the
/// random generators of the CPU and of `device`.
NamedTensors capture(const Cnn& model, const torch::optim::Optimizer& optimizer,
                     torch::Device device);

/// Puts the parameters and buffers back alone. Throws as `restore` does.
void restore_weights(const NamedTensors& tensors, Cnn& model);

/// Puts them all back. `optimizer` is an Adam of the model's parameters. Throws `Error` where one
/// is missing or has another shape or type.
void restore(const NamedTensors& tensors, Cnn& model, torch::optim::Optimizer& optimizer,
             torch::Device device);

}  // namespace mnist
