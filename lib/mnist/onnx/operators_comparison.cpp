#include <ATen/ops/result_type.h>

#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Comparisons, truth values, and choosing by them; other types of numbers.
namespace mnist::onnx::comparison {
namespace {

/// The type that two numbers are brought to before they are compared.
at::ScalarType common_type(Call& call) {
  const c10::IValue& other = call.value("other")[0];
  return other.isTensor() ? at::result_type(call.tensor("self"), other.toTensor())
                          : at::result_type(call.tensor("self"), other.toScalar());
}

std::string compared(Call& call, const char* op) {
  at::ScalarType type = common_type(call);
  if (type == at::kBool) type = at::kByte;  // which ONNX has an order for
  return call.add(op, {call.operand("self", type), call.operand("other", type)});
}

template <Name op>
void compare(Call& call) {
  call.returns(compared(call, op.text));
}

void not_equal(Call& call) { call.returns("Not", {compared(call, "Equal")}, {}); }

template <Name op>
void logical(Call& call) {
  call.returns(op.text, {call.operand("self", at::kBool), call.operand("other", at::kBool)}, {});
}

void logical_not(Call& call) { call.returns("Not", {call.operand("self", at::kBool)}, {}); }

template <Name op>
void bitwise(Call& call) {
  if (call.result_type() != at::kBool) throw std::runtime_error("it is on whole numbers");
  logical<op>(call);
}

void where(Call& call) {
  const at::ScalarType type = call.result_type();
  call.returns("Where",
               {call.operand("condition", at::kBool), call.operand("self", type),
                call.operand("other", type)},
               {});
}

void masked_fill(Call& call) {
  const at::ScalarType type = call.result_type();
  call.returns(
      "Where",
      {call.operand("mask", at::kBool), call.operand("value", type), call.operand("self", type)},
      {});
}

/// The same numbers, of the result's type.
void same(Call& call) { call.returns(call.operand("self", call.result_type())); }

/// In evaluation the numbers stay as they are.
void dropout(Call& call) {
  if (call.flag("train")) throw std::runtime_error("it draws random numbers, as in training");
  call.returns(call.operand(call.has("input") ? "input" : "self"));  // in place it is `self`
}

constexpr Operator kOperators[] = {
    {"aten::eq", compare<"Equal">},
    {"aten::ne", not_equal},
    {"aten::gt", compare<"Greater">},
    {"aten::ge", compare<"GreaterOrEqual">},
    {"aten::lt", compare<"Less">},
    {"aten::le", compare<"LessOrEqual">},
    {"aten::logical_and", logical<"And">},
    {"aten::logical_or", logical<"Or">},
    {"aten::logical_xor", logical<"Xor">},
    {"aten::logical_not", logical_not},
    {"aten::bitwise_and", bitwise<"And">},
    {"aten::bitwise_or", bitwise<"Or">},
    {"aten::bitwise_xor", bitwise<"Xor">},
    {"aten::__and__", bitwise<"And">},
    {"aten::__or__", bitwise<"Or">},
    {"aten::where", where},
    {"aten::masked_fill", masked_fill},
    {"aten::alias", same},
    {"aten::clone", same},
    {"aten::contiguous", same},
    {"aten::alpha_dropout", dropout},
    {"aten::dropout", dropout},
    {"aten::feature_alpha_dropout", dropout},
    {"aten::feature_dropout", dropout},
    {"aten::detach", same},
    {"aten::lift_fresh", same},
    {"aten::to", same},
    {"aten::type_as", same},
    {"aten::_to_copy", same},
};

}  // namespace
}  // namespace mnist::onnx::comparison

std::span<const mnist::onnx::Operator> mnist::onnx::comparisons() { return comparison::kOperators; }
