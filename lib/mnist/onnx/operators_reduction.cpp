#include <cmath>
#include <stdexcept>

#include "mnist/onnx/operators.hpp"

// Sums, means, extremes and norms over dimensions.
namespace mnist::onnx::reduction {
namespace {

std::int64_t keeps_dimensions(const Call& call) {
  return call.has("keepdim") && call.flag("keepdim") ? 1 : 0;
}

/// The numbers to reduce, of the result's type.
std::string self(Call& call) { return call.operand("self", call.result_type()); }

template <Name op>
void reduce(Call& call) {
  call.returns(
      op.text, {self(call)},
      {{"axes", call.dimensions("dim", call.rank("self"))}, {"keepdims", keeps_dimensions(call)}});
}

/// Opset 17 has the dimensions of a sum among its operands, those of the others not yet.
void sum(Call& call) {
  const std::string axes = call.graph().integers(call.dimensions("dim", call.rank("self")));
  call.returns("ReduceSum", {self(call), axes}, {{"keepdims", keeps_dimensions(call)}});
}

/// Of all numbers, over a dimension, or of two tensors. Where the largest stands has no name.
template <Name op, Name of_two>
void extreme(Call& call) {
  if (!call.has("other")) return reduce<op>(call);
  const at::ScalarType type = call.result_type();
  call.returns(of_two.text, {call.operand("self", type), call.operand("other", type)}, {});
}

template <Name op>
void index_of_extreme(Call& call) {
  std::string values = call.operand("self");
  std::int64_t axis = 0;
  if (call.has("dim")) {
    axis = call.dimension("dim", call.rank("self"));
  } else {
    values = call.add("Reshape", {values, call.graph().integers(Ints{-1})});
  }
  call.returns(op.text, {values}, {{"axis", axis}, {"keepdims", keeps_dimensions(call)}});
}

/// The mean of the squared distances from the mean, times n / (n - correction).
std::string variance(Call& call) {
  const Ints axes = call.dimensions("dim", call.rank("self"));
  const Sizes shape = call.shape("self");
  double count = 1;
  for (const std::int64_t axis : axes) {
    const Size size = shape.at(static_cast<std::size_t>(axis));
    if (!is_fixed(size)) throw std::runtime_error("it is over the batch");
    count *= static_cast<double>(size[0]);
  }
  double correction = 1;
  if (call.has("correction")) correction = call.number("correction");
  if (call.has("unbiased")) correction = call.flag("unbiased") ? 1 : 0;
  const std::string numbers = self(call);
  const std::string mean =
      call.add("ReduceMean", {numbers}, {{"axes", axes}, {"keepdims", std::int64_t{1}}});
  const std::string distance = call.add("Sub", {numbers, mean});
  const std::string squares = call.add("Mul", {distance, distance});
  const std::string result =
      call.add("ReduceMean", {squares}, {{"axes", axes}, {"keepdims", keeps_dimensions(call)}});
  return correction == 0 ? result
                         : call.add("Mul", {result, call.scalar(count / (count - correction))});
}

void var(Call& call) { call.returns(variance(call)); }
void std_deviation(Call& call) { call.returns("Sqrt", {variance(call)}, {}); }

void norm(Call& call) {
  const double order = call.has("p") ? call.number("p") : call.has("ord") ? call.number("ord") : 2;
  if (order == 1) return reduce<"ReduceL1">(call);
  if (order == 2) return reduce<"ReduceL2">(call);
  const Attributes attributes = {{"axes", call.dimensions("dim", call.rank("self"))},
                                 {"keepdims", keeps_dimensions(call)}};
  const std::string sizes = call.add("Abs", {self(call)});
  if (std::isinf(order)) {
    return call.returns(order > 0 ? "ReduceMax" : "ReduceMin", {sizes}, attributes);
  }
  throw std::runtime_error("ONNX has norms of order 1 and 2 alone");
}

void cumulative_sum(Call& call) {
  const std::string axis = call.graph().integer(
      {call.dimension("dim", call.rank("self")), call.dimension("dim", call.rank("self"))});
  call.returns("CumSum", {self(call), axis}, {});
}

constexpr Operator kOperators[] = {
    {"aten::mean", reduce<"ReduceMean">},
    {"aten::sum", sum},
    {"aten::amax", reduce<"ReduceMax">},
    {"aten::amin", reduce<"ReduceMin">},
    {"aten::max", extreme<"ReduceMax", "Max">},
    {"aten::min", extreme<"ReduceMin", "Min">},
    {"aten::prod", reduce<"ReduceProd">},
    {"aten::logsumexp", reduce<"ReduceLogSumExp">},
    {"aten::argmax", index_of_extreme<"ArgMax">},
    {"aten::argmin", index_of_extreme<"ArgMin">},
    {"aten::var", var},
    {"aten::std", std_deviation},
    {"aten::norm", norm},
    {"aten::linalg_norm", norm},
    {"aten::linalg_vector_norm", norm},
    {"aten::cumsum", cumulative_sum},
};

}  // namespace
}  // namespace mnist::onnx::reduction

std::span<const mnist::onnx::Operator> mnist::onnx::reductions() { return reduction::kOperators; }
