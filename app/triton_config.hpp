#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mnist/classifier.hpp"

namespace mnist {

/// What runs a model in NVIDIA Triton.
enum class TritonPlatform : std::uint8_t { kLibTorch, kOnnxRuntime };

/// Triton's own names: "pytorch_libtorch" or "onnxruntime_onnx".
std::string_view name_of(TritonPlatform platform);

/// Whether a model can have that name: it becomes a folder, and stands in quotes in the
/// configuration.
bool is_triton_name(std::string_view name);

/// The config.pbtxt of a model of that name: its input and output as Triton wants them. The batch
/// is no part of `dims`, but for a model that takes one image at a time, which is given no batches.
/// Throws `Error` where Triton does not run such a model: one that fails with a single image, or
/// whose answers are bfloat16.
/// https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_configuration.md
std::string triton_config(const std::string& name, TritonPlatform platform,
                          const Classifier& classifier);

}  // namespace mnist
