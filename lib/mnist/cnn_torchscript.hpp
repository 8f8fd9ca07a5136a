#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "mnist/cnn.hpp"

namespace mnist {

/// The network, which is on the CPU, with its softmax, as TorchScript:
/// `forward(images: float32[N, 1, side, side] in [0, 1]) -> float32[N, classes]`, probabilities. It
/// raises an AssertionError that says so for images of another shape. It shares the network's
/// weights.
torch::jit::Module to_torchscript(Cnn model);

/// Proves `bytes`, which were serialized from that, before they get their name: the network that
/// they hold against `model` on LibTorch's own operators, and the kernels that `model` runs on
/// against these (mnist/kernels/verify_kernels.hpp). Throws an exception that says what differs.
void verify_torchscript(const std::string& bytes, Cnn model);

}  // namespace mnist
