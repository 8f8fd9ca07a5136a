#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include "choices.hpp"

struct OddModel {
  torch::jit::Module module;
  at::Tensor example;
};

/// A model of a few steps out of the operators that the export to ONNX knows, on an input of odd
/// shape and type, with odd sizes, dimensions and factors. Most of its steps LibTorch takes.
OddModel odd_model(Choices& choices);
