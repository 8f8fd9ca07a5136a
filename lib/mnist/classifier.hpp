#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace mnist {

/// What the ten numbers of a model's answer are.
enum class Output : std::uint8_t { kProbabilities, kLogProbabilities, kLogits };

/// "probabilities", "log-probabilities" or "logits".
std::string_view name_of(Output output);

/// Loads a TorchScript file that has a method `forward`, whatever that takes; the extra files that
/// `extra_files` names receive what the file holds of them. Throws `Error`, saying why, where it is
/// not there, cannot be read or is no such file.
torch::jit::Module load_torchscript(const std::filesystem::path& path, torch::Device device,
                                    torch::jit::ExtraFilesMap& extra_files);

/// A trained model as its users see it: TorchScript with the signature
/// `forward(images: float32[N, 1, 28, 28] in [0, 1]) -> float[N, 10]`, whoever made it.
class Classifier {
 public:
  /// `module` is on `device`; the given handle and this object share it, and it is set to
  /// evaluation mode. A few images of noise tell what its answers are. Throws `Error` where the
  /// module refuses such images, or answers with anything but ten numbers an image.
  Classifier(torch::jit::Module module, torch::Device device);

  /// Loads a TorchScript file. Throws `Error`, naming the file, where it is not there, cannot be
  /// read, is not TorchScript or not such a classifier.
  static Classifier load(const std::filesystem::path& path, torch::Device device);

  /// `images`: float32 [N, 1, 28, 28] on any device. Returns float32 [N, 10] on the CPU, whatever
  /// the model's answers are, computed in batches so that memory does not grow with N. Throws
  /// `Error` as the constructor does.
  torch::Tensor probabilities(const torch::Tensor& images);

  Output output() const { return output_; }
  /// Whether most of the work is the kernels'. Then LibTorch's own threads are best kept out of
  /// their way: see `run_operators_serially`.
  bool runs_on_kernels() const { return with_kernels_.has_value(); }
  const torch::jit::Module& module() const { return module_; }
  /// The extra file "metadata.json" of a loaded model, or an empty text.
  const std::string& metadata() const { return metadata_; }

 private:
  torch::Tensor answer(const torch::Tensor& images);

  torch::jit::Module module_;
  std::optional<torch::jit::Module> with_kernels_;  ///< what runs in its place, if anything
  torch::Device device_;
  Output output_;
  std::string metadata_;
};

}  // namespace mnist
