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
    {"Abs", unary<at::abs>},
    {"Acos", unary<at::acos>},
    {"Add", add},
    {"And", binary<at::logical_and>},
    {"Asin", unary<at::asin>},
    {"Atan", unary<at::atan>},
    {"Cast", cast},
    {"Ceil", unary<at::ceil>},
    {"Celu", celu},
    {"Clip", clip},
    {"Cos", unary<at::cos>},
    {"Cosh", unary<at::cosh>},
    {"Div", divide},
    {"Einsum", einsum},
    {"Elu", elu},
    {"Equal", binary<at::eq>},
    {"Erf", unary<at::erf>},
    {"Exp", unary<at::exp>},
    {"Floor", unary<at::floor>},
    {"Gemm", gemm},
    {"Greater", binary<at::gt>},
    {"GreaterOrEqual", binary<at::ge>},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"LeakyRelu", leaky_relu},
    {"Less", binary<at::lt>},
    {"LessOrEqual", binary<at::le>},
    {"Log", unary<at::log>},
    {"MatMul", binary<at::matmul>},
    {"Max", largest},
    {"Min", smallest},
    {"Mul", binary<at::mul>},
    {"Neg", unary<at::neg>},
    {"Not", unary<at::logical_not>},
    {"Or", binary<at::logical_or>},
    {"Pow", binary<at::pow>},
    {"PRelu", parametric_relu},
    {"Reciprocal", unary<at::reciprocal>},
    {"Relu", unary<at::relu>},
    {"Round", unary<at::round>},
    {"Selu", selu},
    {"Shrink", shrink},
    {"Sigmoid", unary<at::sigmoid>},
    {"Sign", unary<at::sign>},
    {"Sin", unary<at::sin>},
    {"Sinh", unary<at::sinh>},
    {"Softplus", softplus},
    {"Softsign", softsign},
    {"Sqrt", unary<at::sqrt>},
    {"Sub", subtract},
    {"Tan", unary<at::tan>},
    {"Tanh", unary<at::tanh>},
    {"Where", where},
    {"Xor", binary<at::logical_xor>},
};

}  // namespace
}  // namespace mnist::onnx::steps_numbers

std::span<const mnist::onnx::StepRule> mnist::onnx::number_steps() { return steps_numbers::kRules; }
