#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "mnist/onnx/operators.hpp"

// Products of matrices. LibTorch takes some of numbers of several types, and adds up whole ones as
// int64; ONNX has one type for operands and result.
namespace mnist::onnx::product {
namespace {

std::string typed(Call& call, const char* argument) {
  return call.operand(argument, call.result_type());
}

/// The last two dimensions exchanged: a constant's right now, any other's in the graph.
std::string transposed(Call& call, const char* argument) {
  if (call.rank(argument) < 2) throw std::runtime_error("it is of no matrix");
  if (call.is_constant(argument)) {
    const at::Tensor matrix = call.constant(argument).transpose(-2, -1);
    return call.graph().constant(matrix.to(call.result_type()));
  }
  Ints order(static_cast<std::size_t>(call.rank(argument)));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order.end()[-1], order.end()[-2]);
  return call.add("Transpose", {typed(call, argument)}, {{"perm", order}});
}

void linear(Call& call) {
  const bool has_bias = call.has("bias");
  if (call.rank("weight") != 2) throw std::runtime_error("its weight is no matrix");
  if (call.rank("input") == 2) {
    std::vector<std::string> inputs = {typed(call, "input"), typed(call, "weight")};
    if (has_bias) inputs.push_back(typed(call, "bias"));
    return call.returns("Gemm", inputs, {{"transB", std::int64_t{1}}});
  }
  const std::string product =
      call.add("MatMul", {typed(call, "input"), transposed(call, "weight")});
  call.returns(has_bias ? call.add("Add", {product, typed(call, "bias")}) : product);
}

/// beta * self + alpha * mat1 @ mat2
void addmm(Call& call) {
  call.returns("Gemm", {typed(call, "mat1"), typed(call, "mat2"), typed(call, "self")},
               {{"alpha", static_cast<float>(call.number("alpha"))},
                {"beta", static_cast<float>(call.number("beta"))}});
}

/// The same for a batch of matrices.
void baddbmm(Call& call) {
  const auto scaled = [&](const std::string& value, const char* factor) {
    return call.number(factor) == 1 ? value
                                    : call.add("Mul", {value, call.scalar(call.number(factor))});
  };
  const std::string product = call.add("MatMul", {typed(call, "batch1"), typed(call, "batch2")});
  call.returns("Add", {scaled(typed(call, "self"), "beta"), scaled(product, "alpha")}, {});
}

template <Name other>
void matmul(Call& call) {
  call.returns("MatMul", {typed(call, "self"), typed(call, other.text)}, {});
}

void einsum(Call& call) {
  call.returns("Einsum", call.operands("tensors", call.result_type()),
               {{"equation", call.text("equation")}});
}

/// softmax(query @ key^T * scale + mask) @ value
void attention(Call& call) {
  if (call.number("dropout_p") != 0) throw std::runtime_error("it draws random numbers");
  if (call.flag("is_causal")) throw std::runtime_error("it is causal");
  if (call.has("enable_gqa") && call.flag("enable_gqa")) throw std::runtime_error("it has groups");
  const auto width = static_cast<double>(call.tensor("query").size(-1));
  const double scale = call.has("scale") ? call.number("scale") : 1 / std::sqrt(width);
  const std::string query = call.add("Mul", {typed(call, "query"), call.scalar(scale)});
  std::string score = call.add("MatMul", {query, transposed(call, "key")});
  if (call.has("attn_mask")) {
    if (call.tensor("attn_mask").scalar_type() == at::kBool) {
      throw std::runtime_error("its mask is one of truth values");
    }
    score = call.add("Add", {score, typed(call, "attn_mask")});
  }
  const std::string weights = call.add("Softmax", {score}, {{"axis", std::int64_t{-1}}});
  call.returns("MatMul", {weights, typed(call, "value")}, {});
}

constexpr Operator kOperators[] = {
    {"aten::linear", linear},     {"aten::addmm", addmm},
    {"aten::baddbmm", baddbmm},   {"aten::matmul", matmul<"other">},
    {"aten::mm", matmul<"mat2">}, {"aten::bmm", matmul<"mat2">},
    {"aten::einsum", einsum},     {"aten::scaled_dot_product_attention", attention},
};

}  // namespace
}  // namespace mnist::onnx::product

std::span<const mnist::onnx::Operator> mnist::onnx::products() { return product::kOperators; }
