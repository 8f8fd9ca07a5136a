#include "mnist/classifier.hpp"

#include <torch/csrc/jit/serialization/import.h>
#include <torch/version.h>

#include <optional>
#include <utility>

#include "mnist/dataset.hpp"
#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/shallow_json.hpp"
#include "mnist/kernels/with_kernels.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/model_forms/model_files.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kMostSide = 1024;  // in pixels

/// What LibTorch would say of these in its own words, or never come back from.
void check_is_archive(const std::filesystem::path& path) {
  const std::string magic = read_beginning(path, kZipMagic.size());
  if (magic.empty()) throw Error("it is empty");
  if (magic == kZipMagic) return;
  if (const ModelFileKind* kind = find_model_file_kind(path)) {
    throw Error("it is {}: {}", kind->name, kind->advice);
  }
  throw Error("it is not a zip archive, as TorchScript files are");
}

/// Why LibTorch did not load it.
std::string cause_of(const std::exception& exception, const std::filesystem::path& path) {
  const std::string cause = one_line(exception);
  if (cause.find("central directory") != std::string::npos) {
    return "it is damaged, or its end is missing";
  }
  try {
    const ModelFileKind* kind = find_model_file_kind(path);
    if (kind && kind != &model_file_kinds().front())
      return fmt::format("it is {}: {}", kind->name, kind->advice);
  } catch (const Error&) {
    // What LibTorch said says more.
  }
  return cause;
}

/// The side of the images that a model of ours takes. Other models' metadata may be anything.
std::optional<std::int64_t> image_side_in(const std::string& metadata) {
  nlohmann::json json;
  try {
    json = parse_shallow(metadata);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  if (!json.is_object() || !json.contains("image_side")) return std::nullopt;
  const nlohmann::json& side = json["image_side"];
  if (!side.is_number_unsigned() || side > kMostSide || side < 1) {
    throw Error("the image_side in its metadata.json is not a whole number from 1 to {}",
                kMostSide);
  }
  return side.get<std::int64_t>();
}

Recognised recognise_module(const torch::jit::Module& module, torch::Device device,
                            const ClassifierOptions& options) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::jit::Module> modules;
  if (device.is_cpu()) {
    if (auto faster = with_kernels(module)) modules.push_back(std::move(*faster));
  }
  // A model may count on a memory format that the kernels do not leave.
  modules.push_back(module);
  return recognise(modules, device, options);
}

torch::jit::Module in_evaluation_mode(torch::jit::Module module) {
  module.eval();
  return module;
}

}  // namespace

torch::jit::Module load_torchscript(const std::filesystem::path& path, torch::Device device,
                                    torch::jit::ExtraFilesMap& extra_files) {
  check_is_archive(path);
  torch::jit::Module module;
  try {
    module = torch::jit::load(path.string(), device, extra_files);
  } catch (const std::exception& exception) {
    throw Error("{}", cause_of(exception, path));
  }
  // Whatever C++ saves with torch::save, weights without code, loads as TorchScript too.
  if (!module.find_method("forward")) throw Error("it has no method 'forward'");
  return module;
}

Classifier::Classifier(torch::jit::Module module, torch::Device device,
                       const ClassifierOptions& options, std::string metadata)
    : module_(in_evaluation_mode(std::move(module))),
      options_(options),
      recognised_(recognise_module(module_, device, options)),
      metadata_(std::move(metadata)) {}

Classifier Classifier::load(const std::filesystem::path& path, torch::Device device,
                            const ClassifierOptions& options) {
  torch::jit::ExtraFilesMap extra_files = {{"metadata.json", ""}};
  try {
    torch::jit::Module module = load_torchscript(path, device, extra_files);
    const std::string& metadata = extra_files.at("metadata.json");
    ClassifierOptions completed = options;
    completed.image_side = image_side_in(metadata).value_or(options.image_side);
    return Classifier(std::move(module), device, completed, metadata);
  } catch (const Error& error) {
    throw Error("'{}' is not a TorchScript classifier that LibTorch {} can use: {}", path.string(),
                TORCH_VERSION, error.what());
  }
}

torch::Tensor Classifier::probabilities(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  const auto ask_all = [&] {
    if (images.size(0) <= kEvaluationBatch) return ask(recognised_.asking, images);
    std::vector<torch::Tensor> batches;
    for (const torch::Tensor& batch : images.split(kEvaluationBatch)) {
      batches.push_back(ask(recognised_.asking, batch));
    }
    return torch::cat(batches);
  };
  return as_probabilities(ask_all(), *recognised_.answers);
}

Classifier Classifier::with_pixels(const PixelScale& pixels) const {
  Classifier result = *this;
  result.options_.pixels = result.recognised_.asking.pixels = pixels;
  return result;
}

}  // namespace mnist
