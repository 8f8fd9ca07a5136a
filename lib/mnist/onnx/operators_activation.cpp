#include <numbers>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Activations: https://pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions
namespace mnist::onnx::activation {
namespace {

template <Name op>
void one_to_one(Call& call) {
  call.returns(op.text, {call.operand("self", call.result_type())}, {});
}

std::string x(Call& call) { return call.operand("self", call.result_type()); }

void relu6(Call& call) { call.returns("Clip", {x(call), call.scalar(0), call.scalar(6)}, {}); }

void leaky_relu(Call& call) {
  const auto slope = static_cast<float>(call.number("negative_slope"));
  call.returns("LeakyRelu", {x(call)}, {{"alpha", slope}});
}

/// In evaluation the slope is the middle of the range that it is drawn from in training.
void rrelu(Call& call) {
  if (call.flag("training")) throw std::runtime_error("it draws random numbers");
  const double slope = (call.number("lower") + call.number("upper")) / 2;
  call.returns("LeakyRelu", {x(call)}, {{"alpha", static_cast<float>(slope)}});
}

void prelu(Call& call) {
  std::string slope = call.operand("weight", call.result_type());
  const Sizes shape = call.shape("weight");
  // One slope a channel: the dimensions behind are broadcast.
  if (shape.size() == 1 && shape[0][0] != 1 && call.rank("self") > 2) {
    Sizes spread(static_cast<std::size_t>(call.rank("self") - 1), Size{1, 1});
    spread.front() = shape.front();
    slope = call.graph().reshape(slope, spread);
  }
  call.returns("PRelu", {x(call), slope}, {});
}

void silu(Call& call) {
  const std::string self = x(call);
  call.returns("Mul", {self, call.add("Sigmoid", {self})}, {});
}

void mish(Call& call) {
  const std::string self = x(call);
  call.returns("Mul", {self, call.add("Tanh", {call.add("Softplus", {self})})}, {});
}

/// x * 0.5 * (1 + erf(x / sqrt(2))), or its approximation
/// x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))): ONNX has it from opset 20 on.
void gelu(Call& call) {
  const std::string self = x(call);
  std::string bent;
  if (call.has("approximate") && call.text("approximate") == "tanh") {
    const std::string cube = call.add("Mul", {self, call.add("Mul", {self, self})});
    const std::string sum = call.add("Add", {self, call.add("Mul", {cube, call.scalar(0.044715)})});
    const double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    bent = call.add("Tanh", {call.add("Mul", {sum, call.scalar(scale)})});
  } else {
    bent = call.add("Erf", {call.add("Mul", {self, call.scalar(1 / std::numbers::sqrt2)})});
  }
  const std::string half = call.add("Mul", {self, call.scalar(0.5)});
  call.returns("Mul", {half, call.add("Add", {bent, call.scalar(1)})}, {});
}

void hardsigmoid(Call& call) {
  call.returns("HardSigmoid", {x(call)}, {{"alpha", 1.0F / 6}, {"beta", 0.5F}});
}

void elu(Call& call) {
  if (call.number("scale") != 1 || call.number("input_scale") != 1) {
    throw std::runtime_error("ONNX's Elu has no scale");
  }
  call.returns("Elu", {x(call)}, {{"alpha", static_cast<float>(call.number("alpha"))}});
}

void celu(Call& call) {
  call.returns("Celu", {x(call)}, {{"alpha", static_cast<float>(call.number("alpha"))}});
}

void hardtanh(Call& call) {
  call.returns("Clip",
               {x(call), call.scalar(call.number("min_val")), call.scalar(call.number("max_val"))},
               {});
}

void softplus(Call& call) {
  const double beta = call.number("beta");
  if (beta == 1) return call.returns("Softplus", {x(call)}, {});
  const std::string scale = call.scalar(beta);
  call.returns("Div", {call.add("Softplus", {call.add("Mul", {x(call), scale})}), scale}, {});
}

void log_sigmoid(Call& call) {
  call.returns("Neg", {call.add("Softplus", {call.add("Neg", {x(call)})})}, {});
}

void threshold(Call& call) {
  const std::string self = x(call);
  const std::string over = call.add("Greater", {self, call.scalar(call.number("threshold"))});
  call.returns("Where", {over, self, call.scalar(call.number("value"))}, {});
}

void hardshrink(Call& call) {
  const std::string self = x(call);
  const std::string over =
      call.add("Greater", {call.add("Abs", {self}), call.scalar(call.number("lambd"))});
  call.returns("Where", {over, self, call.scalar(0)}, {});
}

void softshrink(Call& call) {
  const auto lambda = static_cast<float>(call.number("lambd"));
  call.returns("Shrink", {x(call)}, {{"bias", lambda}, {"lambd", lambda}});
}

void glu(Call& call) {
  const std::int64_t axis = call.dimension("dim", call.rank("self"));
  const auto halves = call.graph().add("Split", {x(call)}, {{"axis", axis}}, 2);
  call.returns("Mul", {halves[0], call.add("Sigmoid", {halves[1]})}, {});
}

template <Name op>
void over_dimension(Call& call) {
  const std::int64_t axis = call.dimension("dim", call.rank("self"));
  call.returns(op.text, {x(call)}, {{"axis", axis}});
}

constexpr Operator kOperators[] = {
    {"aten::relu", one_to_one<"Relu">},
    {"aten::relu6", relu6},
    {"aten::leaky_relu", leaky_relu},
    {"aten::rrelu", rrelu},
    {"aten::prelu", prelu},
    {"aten::_prelu_kernel", prelu},
    {"aten::silu", silu},
    {"aten::mish", mish},
    {"aten::gelu", gelu},
    {"aten::sigmoid", one_to_one<"Sigmoid">},
    {"aten::tanh", one_to_one<"Tanh">},
    {"aten::hardswish", one_to_one<"HardSwish">},
    {"aten::hardsigmoid", hardsigmoid},
    {"aten::hardtanh", hardtanh},
    {"aten::elu", elu},
    {"aten::celu", celu},
    {"aten::selu", one_to_one<"Selu">},
    {"aten::softplus", softplus},
    {"aten::log_sigmoid", log_sigmoid},
    {"aten::threshold", threshold},
    {"aten::hardshrink", hardshrink},
    {"aten::softshrink", softshrink},
    {"aten::glu", glu},
    {"aten::softmax", over_dimension<"Softmax">},
    {"aten::_softmax", over_dimension<"Softmax">},
    {"aten::log_softmax", over_dimension<"LogSoftmax">},
    {"aten::_log_softmax", over_dimension<"LogSoftmax">},
};

}  // namespace
}  // namespace mnist::onnx::activation

std::span<const mnist::onnx::Operator> mnist::onnx::activations() { return activation::kOperators; }
