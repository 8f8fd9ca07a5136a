#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/classifier.hpp"

namespace mnist {

/// What a classifier's answers are called in other programs: "probabilities", "log_probabilities"
/// or "logits".
std::string output_name(Output output);

/// The ONNX file of a classifier of digits, images [N, 1, 28, 28] in, `output` out; what the
/// classes and the images are, who made it, and the weights' digest are in its metadata. Throws
/// `Error`.
std::string onnx_of_classifier(const torch::jit::Module& module, Output output);

/// That of any other model; its input has this shape, but for the batch size. Throws `Error`.
std::string onnx_of_model(const torch::jit::Module& module, const std::vector<std::int64_t>& shape);

/// Whether the text is a shape with a free batch size and no more numbers than fit in memory, such
/// as "N,3,224,224".
bool is_input_shape(std::string_view text);
/// Its sizes, with 1 for the batch.
std::vector<std::int64_t> to_input_shape(std::string_view text);

}  // namespace mnist
