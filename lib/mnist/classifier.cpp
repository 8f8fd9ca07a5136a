#include "mnist/classifier.hpp"

#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "mnist/error.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kBatch = 500;
constexpr std::int64_t kClasses = 10;

/// LibTorch's messages go on for pages; what happened stands on the first line, or, where
/// TorchScript reports an error of its own, on the last.
std::string summary_of(const std::exception& exception) {
  const auto* error = dynamic_cast<const c10::Error*>(&exception);
  const std::string text = error ? error->what_without_backtrace() : exception.what();
  std::istringstream lines(text);
  std::string first, last;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (first.empty()) first = line;
    last = line;
  }
  return first.starts_with("The following operation failed in the TorchScript") ? last : first;
}

void check_is_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) {
    throw Error("the model '{}' is not there: expected a TorchScript file", path.string());
  }
  if (type != std::filesystem::file_type::regular) {
    throw Error("the model '{}' is not a regular file: expected a TorchScript file", path.string());
  }
}

void check_output(const torch::IValue& output, std::int64_t images) {
  if (!output.isTensor()) {
    throw Error("the model answers with a value of type {}: expected a tensor", output.tagKind());
  }
  const torch::Tensor tensor = output.toTensor();
  if (tensor.dim() != 2 || tensor.size(0) != images || tensor.size(1) != kClasses) {
    throw Error("the model answers {} images with a tensor of shape {}: expected [{}, {}]", images,
                c10::str(tensor.sizes()), images, kClasses);
  }
}

}  // namespace

Classifier::Classifier(torch::jit::Module module, torch::Device device)
    : module_(std::move(module)), device_(device) {
  module_.eval();
}

Classifier Classifier::load(const std::filesystem::path& path, torch::Device device) {
  check_is_file(path);
  const auto fail = [&](const std::string& cause) {
    throw Error("'{}' is not a TorchScript model that LibTorch {} can use: {}", path.string(),
                TORCH_VERSION, cause);
  };
  torch::jit::Module module;
  try {
    module = torch::jit::load(path.string(), device);
  } catch (const std::exception& exception) {
    fail(summary_of(exception));
  }
  // Whatever C++ saves with torch::save, weights without code, loads as TorchScript too.
  if (!module.find_method("forward")) fail("it has no method 'forward'");
  return {module, device};
}

torch::Tensor Classifier::probabilities(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> outputs;
  for (std::int64_t begin = 0; begin < images.size(0); begin += kBatch) {
    const torch::Tensor batch = images.slice(0, begin, begin + kBatch).to(device_);
    torch::IValue output;
    try {
      output = module_.forward({batch});
    } catch (const std::exception& exception) {
      throw Error("the model cannot classify float32 images [{}, 1, 28, 28]: {}", batch.size(0),
                  summary_of(exception));
    }
    check_output(output, batch.size(0));
    outputs.push_back(output.toTensor().to(torch::kCPU, torch::kFloat32));
  }
  const torch::Tensor all = torch::cat(outputs);
  if (!all.isfinite().all().item<bool>()) {
    throw Error("the model answers with NaN or infinity: expected probabilities");
  }
  return all;
}

}  // namespace mnist
