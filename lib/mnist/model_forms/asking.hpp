#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string>

#include "mnist/model_forms/input_forms.hpp"

namespace mnist {

/// How many images at once a module answers.
enum class Grouping : std::uint8_t {
  kAny,
  kOne,        ///< as where it was traced with a batch of 1
  kTwoOrMore,  ///< as where it squeezes a batch of 1 away before its end
};

/// A module that tells K classes apart, and how it is asked.
struct Asking {
  torch::jit::Module module;
  torch::Device device;
  PixelScale pixels = {};
  const InputForm* input = &input_forms().front();
  Grouping grouping = Grouping::kAny;
  std::string place = {};    ///< of the answers in what it returns (mnist/model_forms/returned.hpp)
  std::int64_t classes = 0;  ///< K; 0 before it is known
  torch::Dtype type = torch::kFloat32;  ///< of its answers
};

/// `images`: float32 [N, 1, S, S] in [0, 1] on any device. Returns what the module does with them
/// in the form and scale that it takes. Throws `Error` where it refuses them.
torch::IValue run(const Asking& asking, const torch::Tensor& images);

/// The answers to such images, float32 [N, K] on the CPU. Throws `Error` where the module refuses
/// the images, or answers with anything else.
torch::Tensor ask(const Asking& asking, const torch::Tensor& images);

}  // namespace mnist
