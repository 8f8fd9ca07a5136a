#include "mnist/onnx/call.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/scalar_tensor.h>
#include <c10/util/StringUtil.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "mnist/onnx/model_proto.hpp"

namespace mnist::onnx {
namespace {

constexpr const char* kDependsOnBatch =
    "it depends on the batch size in a way that ONNX cannot say";

std::int64_t to_integer(const c10::IValue& value) {
  return value.isTensor() ? value.toTensor().item<std::int64_t>() : value.toScalar().toLong();
}

Ints to_integers(const c10::IValue& value) {
  if (!value.isList()) return {to_integer(value)};
  Ints integers;
  for (const c10::IValue& element : value.toListRef()) integers.push_back(to_integer(element));
  return integers;
}

std::int64_t fixed(const Size& value) {
  if (!is_fixed(value)) throw std::runtime_error(kDependsOnBatch);
  return value[0];
}

/// LibTorch lets a single number have a dimension too.
std::int64_t wrapped(std::int64_t dimension, std::int64_t rank) {
  if (rank == 0) throw std::runtime_error("it is of a single number's dimension");
  return dimension < 0 ? dimension + rank : dimension;
}

}  // namespace

Sizes shape_of(const Lanes& tensor) {
  const auto one = tensor[0].toTensor().sizes(), other = tensor[1].toTensor().sizes();
  if (one.size() != other.size()) throw std::runtime_error(kDependsOnBatch);
  Sizes sizes;
  for (std::size_t i = 0; i < one.size(); ++i) sizes.push_back({one[i], other[i]});
  return sizes;
}

bool depends_on_input(const c10::IValue& value, const Names& names) {
  bool depends = false;
  value.visit([&](const c10::IValue& part) {
    if (part.isTensor() && part.toTensor().defined() && names.is_known(part.toTensor())) {
      depends = true;
    }
    return depends || part.isObject();  // no further
  });
  return depends;
}

bool Call::has(const char* argument) const {
  const auto index = schema_.argumentIndexWithName(argument);
  return index && !arguments_.at(static_cast<std::size_t>(*index))[0].isNone();
}

const Lanes& Call::value(const char* argument) const {
  const auto index = schema_.argumentIndexWithName(argument);
  if (!index) throw std::runtime_error(c10::str("it has no argument '", argument, "'"));
  return arguments_.at(static_cast<std::size_t>(*index));
}

std::int64_t Call::integer(const char* argument) const {
  const Lanes& lanes = value(argument);
  return fixed({to_integer(lanes[0]), to_integer(lanes[1])});
}

double Call::number(const char* argument) const {
  const auto number_of = [](const c10::IValue& lane) {
    return (lane.isTensor() ? lane.toTensor().item() : lane.toScalar()).toDouble();
  };
  const Lanes& lanes = value(argument);
  if (depends_on_input(lanes[0], names_)) throw std::runtime_error("a number depends on the input");
  const double number = number_of(lanes[0]);
  if (number != number_of(lanes[1])) throw std::runtime_error(kDependsOnBatch);
  return number;
}

bool Call::flag(const char* argument) const { return value(argument)[0].toBool(); }

std::string Call::text(const char* argument) const { return value(argument)[0].toStringRef(); }

Sizes Call::sizes(const char* argument) const {
  const Lanes& lanes = value(argument);
  const Ints one = to_integers(lanes[0]), other = to_integers(lanes[1]);
  if (one.size() != other.size()) throw std::runtime_error(kDependsOnBatch);
  Sizes sizes;
  for (std::size_t i = 0; i < one.size(); ++i) sizes.push_back({one[i], other[i]});
  return sizes;
}

Ints Call::integers(const char* argument) const {
  Ints integers;
  for (const Size& size : sizes(argument)) integers.push_back(fixed(size));
  return integers;
}

Ints Call::integers(const char* argument, std::size_t count, const Ints& otherwise) const {
  Ints list = has(argument) ? integers(argument) : Ints();
  if (list.empty()) list = otherwise;
  if (list.size() == 1) list.assign(count, list.front());
  if (list.size() != count) {
    throw std::runtime_error(
        c10::str("'", argument, "' has ", list.size(), " numbers for ", count, " dimensions"));
  }
  return list;
}

std::int64_t Call::dimension(const char* argument, std::int64_t rank) const {
  return wrapped(integer(argument), rank);
}

Ints Call::dimensions(const char* argument, std::int64_t rank) const {
  Ints list = has(argument) ? integers(argument) : Ints();
  if (list.empty()) {
    list.resize(static_cast<std::size_t>(rank));
    std::iota(list.begin(), list.end(), 0);
  }
  for (std::int64_t& dimension : list) dimension = wrapped(dimension, rank);
  std::ranges::sort(list);
  return list;
}

at::Tensor Call::tensor(const char* argument) const { return value(argument)[0].toTensor(); }

bool Call::is_constant(const char* argument) const {
  const Lanes& lanes = value(argument);
  return !names_.is_known(lanes[0].toTensor()) && lanes[0].toTensor().is_same(lanes[1].toTensor());
}

at::Tensor Call::constant(const char* argument) const {
  const at::Tensor one = value(argument)[0].toTensor(), other = value(argument)[1].toTensor();
  if (names_.is_known(one)) {
    throw std::runtime_error(c10::str("'", argument, "' is computed from the input"));
  }
  if (!one.is_same(other) && !at::equal(one, other)) throw std::runtime_error(kDependsOnBatch);
  return one;
}

Sizes Call::shape(const char* argument) const { return shape_of(value(argument)); }

Sizes Call::result_shape(std::size_t i) const { return shape_of(results_.at(i)); }

std::string Call::cast(const std::string& value, at::ScalarType from, at::ScalarType to) {
  return from == to ? value : add("Cast", {value}, {{"to", data_type(to)}});
}

std::string Call::scalar(double value, at::ScalarType type) {
  return builder_.constant(at::scalar_tensor(value, type));
}

/// What follows from the batch size alone, zeros for each image, say, or a token, is one slice of
/// itself, repeated.
std::string Call::constant_operand(const at::Tensor& one, const at::Tensor& other,
                                   at::ScalarType type) {
  const bool same_shape = one.sizes() == other.sizes();
  if (same_shape && (one.is_same(other) || at::equal(one, other))) {
    return builder_.constant(one.to(type));
  }
  if (same_shape && one.dim() == 0 && one.scalar_type() == at::kLong) {
    const Size size = {one.item<std::int64_t>(), other.item<std::int64_t>()};
    return cast(builder_.integer(size), at::kLong, type);
  }
  at::Tensor slice = one;
  const Sizes shape = shape_of({one, other});
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!is_fixed(shape[i])) slice = slice.narrow(static_cast<std::int64_t>(i), 0, 1);
  }
  if (!at::equal(slice.expand_as(one), one) || !at::equal(slice.expand_as(other), other)) {
    throw std::runtime_error(kDependsOnBatch);
  }
  return add("Expand", {builder_.constant(slice.to(type)), builder_.integers(shape)});
}

std::string Call::operand(const Lanes& lanes, std::optional<at::ScalarType> type) {
  if (lanes[0].isNone()) return "";
  if (lanes[0].isTensor()) {
    const at::Tensor one = lanes[0].toTensor(), other = lanes[1].toTensor();
    if (!one.defined()) return "";
    if (names_.is_known(one)) {
      return cast(names_.name(one), one.scalar_type(), type.value_or(one.scalar_type()));
    }
    return constant_operand(one, other, type.value_or(one.scalar_type()));
  }
  const c10::Scalar one = lanes[0].toScalar(), other = lanes[1].toScalar();
  return constant_operand(at::scalar_tensor(one, one.type()), at::scalar_tensor(other, one.type()),
                          type.value_or(one.type()));
}

std::string Call::operand(const char* argument, std::optional<at::ScalarType> type) {
  return has(argument) ? operand(value(argument), type) : "";
}

std::vector<std::string> Call::operands(const char* argument, std::optional<at::ScalarType> type) {
  const Lanes& lanes = value(argument);
  const auto one = lanes[0].toListRef(), other = lanes[1].toListRef();
  if (one.size() != other.size()) throw std::runtime_error(kDependsOnBatch);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < one.size(); ++i) names.push_back(operand({one[i], other[i]}, type));
  return names;
}

void Call::returns(const std::string& name, std::size_t i) {
  names_.set(results_.at(i)[0].toTensor(), name);
}

}  // namespace mnist::onnx
