#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Normalizations, with the statistics that training left.
namespace mnist::onnx::normalization {
namespace {

/// A weight for each of `shape`, or as many of the `value` that stands for none.
std::string weight_or(Call& call, const char* argument, const Ints& shape, double value) {
  return call.has(argument)
             ? call.operand(argument)
             : call.graph().constant(at::full(shape, value, call.tensor("input").options()));
}

void batch_norm(Call& call) {
  if (call.flag("training") || !call.has("running_mean")) {
    throw std::runtime_error("it normalizes by the batch at hand, as in training");
  }
  const Ints channels = {call.tensor("input").size(1)};
  call.returns("BatchNormalization",
               {call.operand("input"), weight_or(call, "weight", channels, 1),
                weight_or(call, "bias", channels, 0), call.operand("running_mean"),
                call.operand("running_var")},
               {{"epsilon", static_cast<float>(call.number("eps"))}});
}

void layer_norm(Call& call) {
  const Ints shape = call.integers("normalized_shape");
  std::vector<std::string> inputs = {call.operand("input"), weight_or(call, "weight", shape, 1)};
  if (call.has("bias")) inputs.push_back(call.operand("bias"));
  call.returns("LayerNormalization", inputs,
               {{"axis", -static_cast<std::int64_t>(shape.size())},
                {"epsilon", static_cast<float>(call.number("eps"))}});
}

void instance_norm(Call& call) {
  if (!call.flag("use_input_stats")) {
    throw std::runtime_error("it normalizes by what training left: ONNX's does so by each image");
  }
  const Ints channels = {call.tensor("input").size(1)};
  call.returns("InstanceNormalization",
               {call.operand("input"), weight_or(call, "weight", channels, 1),
                weight_or(call, "bias", channels, 0)},
               {{"epsilon", static_cast<float>(call.number("eps"))}});
}

/// Opset 17 has none: each group is an instance's channel, and weights and biases follow.
void group_norm(Call& call) {
  const Sizes shape = call.shape("input");
  const std::int64_t groups = call.integer("num_groups");
  Size rest = {1, 1};
  for (std::size_t i = 1; i < shape.size(); ++i) {
    for (std::size_t lane = 0; lane < rest.size(); ++lane) rest[lane] *= shape[i][lane];
  }
  for (std::int64_t& size : rest) size /= groups;
  const at::TensorOptions options = call.tensor("input").options();
  const std::string grouped =
      call.graph().reshape(call.operand("input"), {shape[0], {groups, groups}, rest});
  const std::string normal = call.add("InstanceNormalization",
                                      {grouped, call.graph().constant(at::ones({groups}, options)),
                                       call.graph().constant(at::zeros({groups}, options))},
                                      {{"epsilon", static_cast<float>(call.number("eps"))}});
  std::string result = call.graph().reshape(normal, shape);
  Sizes spread(shape.size() - 1, Size{1, 1});
  spread.front() = shape[1];
  const auto each_channel = [&](const char* argument) {
    return call.graph().reshape(call.operand(argument), spread);
  };
  if (call.has("weight")) result = call.add("Mul", {result, each_channel("weight")});
  if (call.has("bias")) result = call.add("Add", {result, each_channel("bias")});
  call.returns(result);
}

constexpr Operator kOperators[] = {
    {"aten::batch_norm", batch_norm},
    {"aten::group_norm", group_norm},
    {"aten::instance_norm", instance_norm},
    {"aten::layer_norm", layer_norm},
};

}  // namespace
}  // namespace mnist::onnx::normalization

std::span<const mnist::onnx::Operator> mnist::onnx::normalizations() {
  return normalization::kOperators;
}
