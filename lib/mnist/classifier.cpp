#include "mnist/classifier.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "mnist/dataset.hpp"
#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/kernels/with_kernels.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kClasses = 10;

/// What LibTorch would say of these in its own words, or never come back from.
void check_is_archive(const std::filesystem::path& path) {
  const std::string magic = read_beginning(path, kZipMagic.size());
  if (magic.empty()) throw Error("it is empty");
  if (magic != kZipMagic) throw Error("it is not a zip archive, as TorchScript files are");
}

/// The images are noise, the same at each call, and leave LibTorch's global generator alone.
torch::Tensor noise_images(std::int64_t count) {
  return torch::rand({count, 1, 28, 28}, at::make_generator<at::CPUGeneratorImpl>(/*seed=*/0));
}

Output output_of(const torch::Tensor& answers) {
  const auto each_sums_to_one = [](const torch::Tensor& rows) {
    return rows.sum(1).sub(1).abs().le(1e-3).all().item<bool>();
  };
  if (answers.ge(0).all().item<bool>() && each_sums_to_one(answers)) return Output::kProbabilities;
  if (answers.le(0).all().item<bool>() && each_sums_to_one(answers.exp())) {
    return Output::kLogProbabilities;
  }
  return Output::kLogits;
}

/// The softmax takes logits to probabilities, and leaves the logarithms of probabilities what they
/// are.
torch::Tensor as_probabilities(const torch::Tensor& answers, Output output) {
  const torch::Tensor result =
      (output == Output::kProbabilities ? answers : torch::softmax(answers, 1)).contiguous();
  const std::span numbers(result.data_ptr<float>(), static_cast<std::size_t>(result.numel()));
  if (!std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); })) {
    throw Error("the model answers with NaN or infinity: expected {}", name_of(output));
  }
  return result;
}

}  // namespace

std::string_view name_of(Output output) {
  switch (output) {
    case Output::kProbabilities:
      return "probabilities";
    case Output::kLogProbabilities:
      return "log-probabilities";
    case Output::kLogits:
      break;
  }
  return "logits";
}

torch::jit::Module load_torchscript(const std::filesystem::path& path, torch::Device device,
                                    torch::jit::ExtraFilesMap& extra_files) {
  check_is_archive(path);
  torch::jit::Module module;
  try {
    module = torch::jit::load(path.string(), device, extra_files);
  } catch (const std::exception& exception) {
    const std::string cause = one_line(exception);
    if (cause.find("locating file constants.pkl") != std::string::npos) {
      throw Error("it holds pickled tensors without code: expected a model of torch.jit.save");
    }
    if (cause.find("central directory") != std::string::npos) {
      throw Error("it is damaged, or its end is missing");
    }
    throw Error("{}", cause);
  }
  // Whatever C++ saves with torch::save, weights without code, loads as TorchScript too.
  if (!module.find_method("forward")) throw Error("it has no method 'forward'");
  return module;
}

Classifier::Classifier(torch::jit::Module module, torch::Device device)
    : module_(std::move(module)), device_(device) {
  const torch::NoGradGuard no_grad;
  module_.eval();
  if (device.is_cpu()) with_kernels_ = with_kernels(module_);
  torch::Tensor answers;
  try {
    answers = answer(noise_images(7));
  } catch (const Error&) {
    // A model may count on a memory format that the kernels do not leave.
    if (!with_kernels_) throw;
    with_kernels_.reset();
    answers = answer(noise_images(7));
  }
  output_ = output_of(answers);
  as_probabilities(answers, output_);
}

Classifier Classifier::load(const std::filesystem::path& path, torch::Device device) {
  torch::jit::ExtraFilesMap extra_files = {{"metadata.json", ""}};
  try {
    Classifier classifier(load_torchscript(path, device, extra_files), device);
    classifier.metadata_ = extra_files.at("metadata.json");
    return classifier;
  } catch (const Error& error) {
    throw Error("'{}' is not a TorchScript classifier that LibTorch {} can use: {}", path.string(),
                TORCH_VERSION, error.what());
  }
}

torch::Tensor Classifier::probabilities(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  if (images.size(0) <= kEvaluationBatch) return as_probabilities(answer(images), output_);
  std::vector<torch::Tensor> batches;
  for (const torch::Tensor& batch : images.split(kEvaluationBatch))
    batches.push_back(answer(batch));
  return as_probabilities(torch::cat(batches), output_);
}

torch::Tensor Classifier::answer(const torch::Tensor& images) {
  torch::IValue answer;
  try {
    // What LibTorch finds out about a graph while it runs is worth less here than it takes.
    const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);
    answer = (with_kernels_ ? *with_kernels_ : module_).forward({images.to(device_)});
  } catch (const std::exception& exception) {
    throw Error("the model cannot classify float32 images {}: {}", c10::str(images.sizes()),
                one_line(exception));
  }
  if (!answer.isTensor()) {
    throw Error("the model answers with a value of type {}: expected a tensor", answer.tagKind());
  }
  const torch::Tensor& numbers = answer.toTensor();
  if (!numbers.is_floating_point() ||
      numbers.sizes() != torch::IntArrayRef{images.size(0), kClasses}) {
    throw Error("the model answers {} images with {} {}: expected floating-point numbers [{}, {}]",
                images.size(0), c10::toString(numbers.scalar_type()), c10::str(numbers.sizes()),
                images.size(0), kClasses);
  }
  return numbers.to(torch::kCPU, torch::kFloat32);
}

}  // namespace mnist
