#include "triton_config.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/model_forms/returned.hpp"
#include "onnx_model.hpp"

namespace mnist {
namespace {

constexpr int kMostImages = 1024;  // at once

struct Answers {
  std::string name;
  torch::Tensor tensor;  ///< to one image
};

/// Neither of Triton's two backends has others:
/// https://github.com/triton-inference-server/pytorch_backend/blob/main/src/libtorch_utils.cc
/// https://github.com/triton-inference-server/onnxruntime_backend/blob/main/src/onnxruntime_utils.cc
const char* data_type(torch::Dtype type) {
  if (type == torch::kFloat32) return "TYPE_FP32";
  if (type == torch::kFloat16) return "TYPE_FP16";
  if (type == torch::kFloat64) return "TYPE_FP64";
  throw Error("Triton runs no model that answers with {}", c10::toString(type));
}

/// TorchScript keeps no names of outputs: the PyTorch backend takes "NAME__INDEX", and of what a
/// model may return a tensor, or a tuple of these.
/// https://github.com/triton-inference-server/pytorch_backend
std::string answers_name(const Classifier& classifier, TritonPlatform platform, std::size_t index,
                         bool is_tuple) {
  const std::string& place = classifier.asking().place;
  const std::string name = output_name(classifier);
  if (platform == TritonPlatform::kOnnxRuntime) {
    return index == 0 ? name : fmt::format("{}_{}", name, index);
  }
  if (place.empty()) return name + "__0";
  if (!is_tuple || place != fmt::format("[{}]", index)) {
    throw Error(
        "the model's answers are in {} of what it returns: Triton's PyTorch backend takes a "
        "tensor, or a tuple of tensors",
        place);
  }
  return fmt::format("{}__{}", name, index);
}

/// As they are, not as `Classifier` makes them.
Answers answers_of(const Classifier& classifier, TritonPlatform platform) {
  const torch::NoGradGuard no_grad;
  const std::int64_t side = classifier.image_side();
  const torch::IValue returned = run(classifier.asking(), torch::zeros({1, 1, side, side}));
  const std::vector<ReturnedTensor> tensors = tensors_in(returned);
  const auto found = std::ranges::find(tensors, classifier.asking().place, &ReturnedTensor::place);
  if (found == tensors.end())
    throw Error("the model answers one image with {}", describe(returned));
  const auto index = static_cast<std::size_t>(found - tensors.begin());
  return {answers_name(classifier, platform, index, returned.isTuple()), found->tensor};
}

/// Where there are batches, their size is no part of it, and comes first.
std::string dims(const torch::Tensor& tensor, bool in_batches) {
  if (!in_batches) return fmt::format("{}", fmt::join(tensor.sizes(), ", "));
  if (tensor.dim() < 2 || tensor.size(0) != 1) {
    throw Error("the model answers a batch of one image with {}: Triton needs [1, …]",
                c10::str(tensor.sizes()));
  }
  return fmt::format("{}", fmt::join(tensor.sizes().slice(1), ", "));
}

}  // namespace

std::string_view name_of(TritonPlatform platform) {
  return platform == TritonPlatform::kOnnxRuntime ? "onnxruntime_onnx" : "pytorch_libtorch";
}

bool is_triton_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

std::string triton_config(const std::string& name, TritonPlatform platform,
                          const Classifier& classifier) {
  const bool in_batches = classifier.asking().grouping != Grouping::kOne;
  const Answers answers = answers_of(classifier, platform);
  return fmt::format(R"(name: "{}"
platform: "{}"
max_batch_size: {}
input [
  {{
    name: "images{}"
    data_type: TYPE_FP32
    dims: [ {} ]
  }}
]
output [
  {{
    name: "{}"
    data_type: {}
    dims: [ {} ]
  }}
]
{})",
                     name, name_of(platform), in_batches ? kMostImages : 0,
                     platform == TritonPlatform::kLibTorch ? "__0" : "",
                     dims(example_input(classifier), in_batches), answers.name,
                     data_type(answers.tensor.scalar_type()), dims(answers.tensor, in_batches),
                     in_batches ? "dynamic_batching { }\n" : "");
}

}  // namespace mnist
