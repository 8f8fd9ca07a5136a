#include "triton_config.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "onnx_model.hpp"

namespace mnist {

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
  // TorchScript keeps no names of outputs: the PyTorch backend takes "NAME__INDEX".
  // https://github.com/triton-inference-server/pytorch_backend
  const char* const index = platform == TritonPlatform::kLibTorch ? "__0" : "";
  return fmt::format(R"(name: "{}"
platform: "{}"
max_batch_size: 1024
input [
  {{
    name: "images{}"
    data_type: TYPE_FP32
    dims: [ {} ]
  }}
]
output [
  {{
    name: "{}{}"
    data_type: TYPE_FP32
    dims: [ {} ]
  }}
]
dynamic_batching {{ }}
)",
                     name, name_of(platform), index,
                     fmt::join(example_input(classifier).sizes().slice(1), ", "),
                     output_name(classifier), index, classifier.classes());
}

}  // namespace mnist
