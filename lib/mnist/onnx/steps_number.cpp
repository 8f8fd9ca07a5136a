#include <ATen/ATen.h>

#include <stdexcept>

#include "mnist/onnx/steps.hpp"

namespace mnist::onnx::steps_numbers {
namespace {

using Tensors = std::vector<at::Tensor>;

template <at::Tensor (*function)(const at::Tensor&)>
Tensors unary(const Step& step) {
  return {function(step.input(0))};
}

template <at::Tensor (*function)(const at::Tensor&, const at::Tensor&)>
Tensors binary(const Step& step) {
  return {function(step.input(0), step.input(1))};
}

Tensors add(const Step& step) { return {step.input(0) + step.input(1)}; }
Tensors subtract(const Step& step) { return {step.input(0) - step.input(1)}; }

Tensors divide(const Step& step) { return {step.input(0) / step.input(1)}; }

Tensors largest(const Step& step) { return {at::maximum(step.input(0), step.input(1))}; }
Tensors smallest(const Step& step) { return {at::minimum(step.input(0), step.input(1))}; }

Tensors clip(const Step& step) {
  at::Tensor x = step.input(0);
  if (step.input(1).defined()) x = at::maximum(x, step.input(1));
  if (step.input(2).defined()) x = at::minimum(x, step.input(2));
  return {x};
}

Tensors leaky_relu(const Step& step) {
  return {at::leaky_relu(step.input(0), step.number("alpha", 0.01))};
}

Tensors parametric_relu(const Step& step) {
  const at::Tensor x = step.input(0);
  return {at::where(x < 0, x * step.input(1), x)};
}

Tensors elu(const Step& step) { return {at::elu(step.input(0), step.number("alpha", 1))}; }
Tensors celu(const Step& step) { return {at::celu(step.input(0), step.number("alpha", 1))}; }
Tensors selu(const Step& step) { return {at::selu(step.input(0))}; }

Tensors hard_sigmoid(const Step& step) {
  const at::Tensor line = step.input(0) * step.number("alpha", 0.2) + step.number("beta", 0.5);
  return {line.clamp(0, 1)};
}

Tensors hard_swish(const Step& step) {
  const at::Tensor x = step.input(0);
  return {x * (x / 6 + 0.5).clamp(0, 1)};
}

Tensors shrink(const Step& step) {
  const at::Tensor x = step.input(0);
  const double lambda = step.number("lambd", 0.5), bias = step.number("bias", 0);
  return {at::where(x < -lambda, x + bias, at::where(x > lambda, x - bias, at::zeros_like(x)))};
}

Tensors softplus(const Step& step) { return {at::softplus(step.input(0))}; }

Tensors softsign(const Step& step) { return {step.input(0) / (step.input(0).abs() + 1)}; }

Tensors where(const Step& step) { return {at::where(step.input(0), step.input(1), step.input(2))}; }

Tensors gemm(const Step& step) {
  const auto turned = [&](std::size_t i, const char* attribute) {
    return step.integer(attribute, 0) != 0 ? step.input(i).t() : step.input(i);
  };
  at::Tensor y = at::mm(turned(0, "transA"), turned(1, "transB")) * step.number("alpha", 1);
  if (step.input(2).defined()) y = y + step.input(2) * step.number("beta", 1);
  return {y};
}

Tensors einsum(const Step& step) {
  return {at::einsum(step.text("equation", ""), step.all_inputs())};
}

Tensors cast(const Step& step) {
  switch (step.integer("to", 0)) {
    case 1:
      return {step.input(0).to(at::kFloat)};
    case 2:
      return {step.input(0).to(at::kByte)};
    case 3:
      return {step.input(0).to(at::kChar)};
    case 5:
      return {step.input(0).to(at::kShort)};
    case 6:
      return {step.input(0).to(at::kInt)};
    case 7:
      return {step.input(0).to(at::kLong)};
    case 9:
      return {step.input(0).to(at::kBool)};
    case 10:
      return {step.input(0).to(at::kHalf)};
    case 11:
      return {step.input(0).to(at::kDouble)};
    case 16:
      return {step.input(0).to(at::kBFloat16)};
    default:
      throw std::runtime_error("no rule runs ONNX's Cast to that type");
  }
}

constexpr StepRule kRules[] = {
    {"Abs", kNumbers, unary<at::abs>},
    {"Acos", kFloats, unary<at::acos>},
    {"Add", kNumbers, add},
    {"And", kTruth, binary<at::logical_and>},
    {"Asin", kFloats, unary<at::asin>},
    {"Atan", kFloats, unary<at::atan>},
    {"Cast", kAll, cast},
    {"Ceil", kFloating, unary<at::ceil>},
    {"Celu", kFloat, celu},
    {"Clip", kNumbers, clip},
    {"Cos", kFloats, unary<at::cos>},
    {"Cosh", kFloats, unary<at::cosh>},
    {"Div", kNumbers, divide},
    {"Einsum", kNumbers & ~kBFloat, einsum},
    {"Elu", kFloats, elu},
    {"Equal", kAll, binary<at::eq>},
    {"Erf", kFloating, unary<at::erf>},
    {"Exp", kFloating, unary<at::exp>},
    {"Floor", kFloating, unary<at::floor>},
    {"Gemm", kWide, gemm},
    {"Greater", kNumbers, binary<at::gt>},
    {"GreaterOrEqual", kNumbers, binary<at::ge>},
    {"HardSigmoid", kFloats, hard_sigmoid},
    {"HardSwish", kFloats, hard_swish},
    {"LeakyRelu", kFloating, leaky_relu},
    {"Less", kNumbers, binary<at::lt>},
    {"LessOrEqual", kNumbers, binary<at::le>},
    {"Log", kFloating, unary<at::log>},
    {"MatMul", kWide, binary<at::matmul>},
    {"Max", kNumbers, largest},
    {"Min", kNumbers, smallest},
    {"Mul", kNumbers, binary<at::mul>},
    {"Neg", kSigned, unary<at::neg>},
    {"Not", kTruth, unary<at::logical_not>},
    {"Or", kTruth, binary<at::logical_or>},
    {"Pow", kWide, binary<at::pow>},
    {"PRelu", kWide, parametric_relu},
    {"Reciprocal", kFloating, unary<at::reciprocal>},
    {"Relu", kSigned, unary<at::relu>},
    {"Round", kFloats, unary<at::round>},
    {"Selu", kFloats, selu},
    {"Shrink", kNumbers & ~kBFloat, shrink},
    {"Sigmoid", kFloating, unary<at::sigmoid>},
    {"Sign", kNumbers, unary<at::sign>},
    {"Sin", kFloats, unary<at::sin>},
    {"Sinh", kFloats, unary<at::sinh>},
    {"Softplus", kFloats, softplus},
    {"Softsign", kFloats, softsign},
    {"Sqrt", kFloating, unary<at::sqrt>},
    {"Sub", kNumbers, subtract},
    {"Tan", kFloats, unary<at::tan>},
    {"Tanh", kFloating, unary<at::tanh>},
    {"Where", kAll, where},
    {"Xor", kTruth, binary<at::logical_xor>},
};

}  // namespace
}  // namespace mnist::onnx::steps_numbers

std::span<const mnist::onnx::StepRule> mnist::onnx::number_steps() { return steps_numbers::kRules; }
