#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <filesystem>

namespace mnist {

/// A trained model as its users see it: TorchScript with the signature
/// `forward(images: float32[N, 1, 28, 28] in [0, 1]) -> float32[N, 10]`, the probabilities.
class Classifier {
 public:
  /// `module` is on `device`; the given handle and this object share it.
  Classifier(torch::jit::Module module, torch::Device device);

  /// Loads a TorchScript file. Throws `Error` where it is not there, cannot be read or is not
  /// TorchScript.
  static Classifier load(const std::filesystem::path& path, torch::Device device);

  /// `images`: float32 [N, 1, 28, 28] on any device. Returns float32 [N, 10] on the CPU, computed
  /// in batches so that memory does not grow with N. Throws `Error` where the model refuses such
  /// images or answers with anything but ten finite numbers an image.
  torch::Tensor probabilities(const torch::Tensor& images);

  const torch::jit::Module& module() const { return module_; }

 private:
  torch::jit::Module module_;
  torch::Device device_;
};

}  // namespace mnist
