#include "onnx_model.hpp"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>

#include "mnist/error.hpp"
#include "mnist/model_facts.hpp"
#include "mnist/onnx/to_onnx.hpp"
#include "mnist/weights.hpp"
#include "run/revision.hpp"

namespace mnist {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::int64_t kMostSize = 1 << 20, kMostNumbers = 1 << 24;

std::string converted(const torch::jit::Module& module, const torch::Tensor& example,
                      OnnxOptions options) {
  options.metadata.emplace_back("source", fmt::format("mnist {} ({})", kVersion, kRevision));
  options.metadata.emplace_back("weights_sha256", weights_sha256(module));
  try {
    return to_onnx(module, example, options);
  } catch (const std::exception& error) {
    throw Error("the model cannot be written as ONNX: {}", error.what());
  }
}

/// Nothing where the text is no shape.
std::optional<Shape> parsed(std::string_view text) {
  if (!text.starts_with("N,")) return std::nullopt;
  Shape shape = {1};
  std::int64_t numbers = 1;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data() + 1; at != end;) {
    std::int64_t size = 0;
    const auto [next, error] = std::from_chars(at + 1, end, size);
    if (*at != ',' || error != std::errc() || size < 1 || size > kMostSize) return std::nullopt;
    numbers *= size;
    if (numbers > kMostNumbers) return std::nullopt;
    shape.push_back(size);
    at = next;
  }
  return shape;
}

}  // namespace

std::string output_name(const Classifier& classifier) {
  if (!classifier.asking().place.empty()) return "output";
  std::string name(name_of(classifier.output()));
  std::ranges::replace(name, '-', '_');
  return name;
}

torch::Tensor example_input(const Classifier& classifier) {
  const std::int64_t side = classifier.image_side();
  return classifier.asking().input->arrange(at::zeros({1, 1, side, side}));
}

std::string onnx_of_classifier(const Classifier& classifier) {
  const ModelFacts facts = facts_of(classifier);
  OnnxOptions options{.output = output_name(classifier)};
  options.metadata = {{"class_names", nlohmann::json(facts.classes).dump()}};
  if (!facts.preprocessing.empty()) {
    options.metadata.emplace_back("preprocessing", facts.preprocessing);
  }
  return converted(classifier.module(), example_input(classifier), options);
}

std::string onnx_of_model(const torch::jit::Module& module, const Shape& shape) {
  return converted(module, at::zeros(shape), {.output = "output"});
}

bool is_input_shape(std::string_view text) { return parsed(text).has_value(); }

Shape to_input_shape(std::string_view text) { return parsed(text).value(); }

}  // namespace mnist
