#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <string>
#include <vector>

#include "mnist/onnx/builder.hpp"
#include "mnist/onnx/names.hpp"

namespace mnist::onnx {

/// A value of the model, as it is with the one batch and with the other.
using Lanes = std::array<c10::IValue, 2>;

/// One operator of LibTorch that was run on what was computed from the input, for the entry in the
/// table that puts ONNX's in its place: arguments by their names in the operator's schema, results
/// by their number. What is asked for and not there, not of that type, or not the same with each
/// batch throws `std::runtime_error`.
class Call {
 public:
  /// `results`: the tensors that the operator made, those in lists too.
  Call(Builder& builder, Names& names, const c10::FunctionSchema& schema,
       std::vector<Lanes> arguments, std::vector<Lanes> results)
      : builder_(builder),
        names_(names),
        schema_(schema),
        arguments_(std::move(arguments)),
        results_(std::move(results)) {}

  /// Whether there is such an argument, and it is not None.
  bool has(const char* argument) const;
  std::int64_t integer(const char* argument) const;
  double number(const char* argument) const;
  bool flag(const char* argument) const;
  std::string text(const char* argument) const;
  /// A list, or a number that stands for one.
  Ints integers(const char* argument) const;
  Sizes sizes(const char* argument) const;
  /// As many integers as there are dimensions: one of them stands for all, none for `otherwise`.
  Ints integers(const char* argument, std::size_t count, const Ints& otherwise) const;
  /// A dimension of a tensor of `rank` dimensions, in [0, rank).
  std::int64_t dimension(const char* argument, std::int64_t rank) const;
  /// Sorted; where none is given, all.
  Ints dimensions(const char* argument, std::int64_t rank) const;

  /// The tensor with the first batch, for its shape and type.
  at::Tensor tensor(const char* argument) const;
  /// A tensor that does not depend on the input.
  at::Tensor constant(const char* argument) const;
  bool is_constant(const char* argument) const;
  Sizes shape(const char* argument) const;
  std::int64_t rank(const char* argument) const { return tensor(argument).dim(); }

  /// The name in the graph of a tensor or number, brought to `type` where one is given.
  std::string operand(const char* argument, std::optional<at::ScalarType> type = {});
  std::vector<std::string> operands(const char* argument, std::optional<at::ScalarType> type = {});
  /// That of any tensor or number.
  std::string operand(const Lanes& value, std::optional<at::ScalarType> type);
  const Lanes& value(const char* argument) const;

  std::size_t results() const { return results_.size(); }
  at::Tensor result(std::size_t i = 0) const { return results_.at(i)[0].toTensor(); }
  at::ScalarType result_type() const { return result().scalar_type(); }
  Sizes result_shape(std::size_t i = 0) const;

  Builder& graph() { return builder_; }
  std::string add(const std::string& op, std::vector<std::string> inputs,
                  Attributes attributes = {}) {
    return builder_.add(op, std::move(inputs), std::move(attributes));
  }
  /// A scalar of the type of the result, or another.
  std::string scalar(double value) { return scalar(value, result_type()); }
  std::string scalar(double value, at::ScalarType type);
  std::string cast(const std::string& value, at::ScalarType from, at::ScalarType to);

  /// The result's values are those that `name` has in the graph.
  void returns(const std::string& name, std::size_t i = 0);
  void returns(const std::string& op, std::vector<std::string> inputs, Attributes attributes) {
    returns(add(op, std::move(inputs), std::move(attributes)));
  }

 private:
  std::string constant_operand(const at::Tensor& one, const at::Tensor& other, at::ScalarType type);

  Builder& builder_;
  Names& names_;
  const c10::FunctionSchema& schema_;
  std::vector<Lanes> arguments_, results_;
};

Sizes shape_of(const Lanes& tensor);

/// Whether any tensor in the value was computed from the input.
bool depends_on_input(const c10::IValue& value, const Names& names);

}  // namespace mnist::onnx
