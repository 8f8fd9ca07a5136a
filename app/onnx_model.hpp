#pragma once

#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/classifier.hpp"

namespace mnist {

/// What a classifier's answers are called in other programs: "probabilities", "log_probabilities",
/// "scores" or "logits"; where they are one of several values that it returns, "output".
std::string output_name(const Classifier& classifier);

/// An input of one image in the form that the model takes: [1, 1, S, S], say, or [1, S * S].
torch::Tensor example_input(const Classifier& classifier);

/// The ONNX file of a classifier: images as its module takes them in, `output_name` out. What is
/// known of the classes and of what was done to the images, who made it, and the weights' digest
/// are in its metadata. Throws `Error`.
std::string onnx_of_classifier(const Classifier& classifier);

/// That of any other model; its input has this shape, but for the batch size. Throws `Error`.
std::string onnx_of_model(const torch::jit::Module& module, const std::vector<std::int64_t>& shape);

/// Whether the text is a shape with a free batch size and no more numbers than fit in memory, such
/// as "N,3,224,224".
bool is_input_shape(std::string_view text);
/// Its sizes, with 1 for the batch.
std::vector<std::int64_t> to_input_shape(std::string_view text);

}  // namespace mnist
