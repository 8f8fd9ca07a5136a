#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Arithmetic on each number, with broadcasting, which is the same in both.
namespace mnist::onnx::numbers {
namespace {

template <Name op>
void unary(Call& call) {
  call.returns(op.text, {call.operand("self", call.result_type())}, {});
}

template <Name op>
void binary(Call& call) {
  const at::ScalarType type = call.result_type();
  call.returns(op.text, {call.operand("self", type), call.operand("other", type)}, {});
}

/// `other`, times `alpha` where that is not 1.
std::string scaled_other(Call& call) {
  const std::string other = call.operand("other", call.result_type());
  if (!call.has("alpha") || call.number("alpha") == 1) return other;
  return call.add("Mul", {other, call.operand("alpha", call.result_type())});
}

template <Name op>
void with_alpha(Call& call) {
  call.returns(op.text, {call.operand("self", call.result_type()), scaled_other(call)}, {});
}

void rsub(Call& call) {
  const at::ScalarType type = call.result_type();
  std::string self = call.operand("self", type);
  if (call.has("alpha") && call.number("alpha") != 1) {
    self = call.add("Mul", {self, call.operand("alpha", type)});
  }
  call.returns("Sub", {call.operand("other", type), self}, {});
}

void divide(Call& call) {
  const at::ScalarType type = call.result_type();
  const std::string quotient =
      call.add("Div", {call.operand("self", type), call.operand("other", type)});
  if (!call.has("rounding_mode")) return call.returns(quotient);
  if (!at::isFloatingType(type) || call.text("rounding_mode") != "floor") {
    throw std::runtime_error("ONNX has no division that rounds so");
  }
  call.returns("Floor", {quotient}, {});
}

void floor_divide(Call& call) {
  const at::ScalarType type = call.result_type();
  if (!at::isFloatingType(type)) throw std::runtime_error("ONNX rounds whole numbers otherwise");
  call.returns("Floor",
               {call.add("Div", {call.operand("self", type), call.operand("other", type)})}, {});
}

void power(Call& call) {
  const at::ScalarType type = call.result_type();
  call.returns("Pow", {call.operand("self", type), call.operand("exponent", type)}, {});
}

void square(Call& call) {
  const std::string self = call.operand("self", call.result_type());
  call.returns("Mul", {self, self}, {});
}

void reciprocal_root(Call& call) {
  const std::string root = call.add("Sqrt", {call.operand("self", call.result_type())});
  call.returns("Reciprocal", {root}, {});
}

void logarithm_of_base(Call& call, double base_logarithm) {
  const std::string natural = call.add("Log", {call.operand("self", call.result_type())});
  call.returns("Div", {natural, call.scalar(base_logarithm)}, {});
}
void log2(Call& call) { logarithm_of_base(call, 0.69314718055994530942); }
void log10(Call& call) { logarithm_of_base(call, 2.30258509299404568402); }

void log1p(Call& call) {
  const std::string self = call.operand("self", call.result_type());
  call.returns("Log", {call.add("Add", {self, call.scalar(1)})}, {});
}

void expm1(Call& call) {
  const std::string power = call.add("Exp", {call.operand("self", call.result_type())});
  call.returns("Sub", {power, call.scalar(1)}, {});
}

/// The bounds may be numbers or tensors, and either may be missing.
void clamp(Call& call) {
  const at::ScalarType type = call.result_type();
  std::string value = call.operand("self", type);
  if (call.has("min")) value = call.add("Max", {value, call.operand("min", type)});
  if (call.has("max")) value = call.add("Min", {value, call.operand("max", type)});
  call.returns(value);
}

/// self + value * tensor1 * tensor2, or the quotient of these.
template <Name op>
void add_combined(Call& call) {
  const at::ScalarType type = call.result_type();
  std::string term =
      call.add(op.text, {call.operand("tensor1", type), call.operand("tensor2", type)});
  if (call.number("value") != 1) term = call.add("Mul", {term, call.operand("value", type)});
  call.returns("Add", {call.operand("self", type), term}, {});
}

/// self + weight * (end - self)
void lerp(Call& call) {
  const at::ScalarType type = call.result_type();
  const std::string self = call.operand("self", type);
  const std::string way = call.add("Sub", {call.operand("end", type), self});
  call.returns("Add", {self, call.add("Mul", {way, call.operand("weight", type)})}, {});
}

constexpr Operator kOperators[] = {
    {"aten::add", with_alpha<"Add">},
    {"aten::sub", with_alpha<"Sub">},
    {"aten::subtract", with_alpha<"Sub">},
    {"aten::rsub", rsub},
    {"aten::mul", binary<"Mul">},
    {"aten::multiply", binary<"Mul">},
    {"aten::div", divide},
    {"aten::divide", divide},
    {"aten::true_divide", divide},
    {"aten::floor_divide", floor_divide},
    {"aten::pow", power},
    {"aten::square", square},
    {"aten::maximum", binary<"Max">},
    {"aten::minimum", binary<"Min">},
    {"aten::addcmul", add_combined<"Mul">},
    {"aten::addcdiv", add_combined<"Div">},
    {"aten::lerp", lerp},
    {"aten::clamp", clamp},
    {"aten::clamp_min", clamp},
    {"aten::clamp_max", clamp},
    {"aten::clip", clamp},
    {"aten::abs", unary<"Abs">},
    {"aten::acos", unary<"Acos">},
    {"aten::asin", unary<"Asin">},
    {"aten::atan", unary<"Atan">},
    {"aten::ceil", unary<"Ceil">},
    {"aten::cos", unary<"Cos">},
    {"aten::cosh", unary<"Cosh">},
    {"aten::erf", unary<"Erf">},
    {"aten::exp", unary<"Exp">},
    {"aten::expm1", expm1},
    {"aten::floor", unary<"Floor">},
    {"aten::log", unary<"Log">},
    {"aten::log10", log10},
    {"aten::log1p", log1p},
    {"aten::log2", log2},
    {"aten::neg", unary<"Neg">},
    {"aten::reciprocal", unary<"Reciprocal">},
    {"aten::round", unary<"Round">},
    {"aten::rsqrt", reciprocal_root},
    {"aten::sign", unary<"Sign">},
    {"aten::sin", unary<"Sin">},
    {"aten::sinh", unary<"Sinh">},
    {"aten::softsign", unary<"Softsign">},
    {"aten::sqrt", unary<"Sqrt">},
    {"aten::tan", unary<"Tan">},
};

}  // namespace
}  // namespace mnist::onnx::numbers

std::span<const mnist::onnx::Operator> mnist::onnx::arithmetic() { return numbers::kOperators; }
