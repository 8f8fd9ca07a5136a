#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mnist/model_forms/classifier_options.hpp"
#include "mnist/model_forms/recognition.hpp"

namespace mnist {

/// Loads a TorchScript file that has a method `forward`, whatever that takes; the extra files that
/// `extra_files` names receive what the file holds of them. Throws `Error`, saying why, where it is
/// not there, cannot be read or is no such file.
torch::jit::Module load_torchscript(const std::filesystem::path& path, torch::Device device,
                                    torch::jit::ExtraFilesMap& extra_files);

/// A trained model as its users see it: TorchScript that takes images in one of the forms of
/// mnist/model_forms/input_forms.hpp and answers with K >= 2 numbers for each, in one of those of
/// mnist/model_forms/answer_forms.hpp, whoever made it. A model of ours has the signature
/// `forward(images: float32[N, 1, S, S] in [0, 1]) -> float32[N, K]`, probabilities.
class Classifier {
 public:
  /// `module` is on `device`; the given handle and this object share it, and it is set to
  /// evaluation mode. A few images of noise tell what `options` leave open. `metadata` is what the
  /// extra file "metadata.json" says of it, if there is one. Throws `Error` where the module
  /// refuses such images in all forms, or answers with anything but numbers for each class.
  Classifier(torch::jit::Module module, torch::Device device, const ClassifierOptions& options = {},
             std::string metadata = {});

  /// Loads a TorchScript file. The side of its images is what its metadata.json says, if it does.
  /// Throws `Error`, naming the file, where it is not there, cannot be read, is not TorchScript or
  /// not such a classifier.
  static Classifier load(const std::filesystem::path& path, torch::Device device,
                         const ClassifierOptions& options = {});

  /// `images`: float32 [N, 1, S, S] in [0, 1] on any device. Returns float32 [N, K] on the CPU,
  /// whatever the model's answers are, computed in batches so that memory does not grow with N.
  /// Throws `Error` as the constructor does.
  torch::Tensor probabilities(const torch::Tensor& images);

  std::int64_t classes() const { return recognised_.asking.classes; }  ///< K
  std::int64_t image_side() const { return options_.image_side; }      ///< S, in pixels
  Output output() const { return recognised_.answers->output; }
  const ClassifierOptions& options() const { return options_; }
  /// What was found out about the model that a user should know: a line each, none for one of ours.
  const std::vector<std::string>& notes() const { return recognised_.notes; }
  /// Whether most of the work is the kernels'. Then LibTorch's own threads are best kept out of
  /// their way: see `run_operators_serially`.
  bool runs_on_kernels() const { return recognised_.asking.module._ivalue() != module_._ivalue(); }
  const torch::jit::Module& module() const { return module_; }
  /// The same model, given its pixels in another scale.
  Classifier with_pixels(const PixelScale& pixels) const;
  /// How the module, or one that runs in its place, is asked.
  const Asking& asking() const { return recognised_.asking; }
  /// The model's extra file "metadata.json", or an empty text.
  const std::string& metadata() const { return metadata_; }

 private:
  torch::jit::Module module_;
  ClassifierOptions options_;
  Recognised recognised_;  ///< of the module, or of one that runs in its place
  std::string metadata_;
};

}  // namespace mnist
