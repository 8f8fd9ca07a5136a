#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "mnist/onnx/call.hpp"

namespace mnist::onnx {

/// How one operator of LibTorch is said in ONNX's: an entry of the table. `translate` gives the
/// call's results their names, or throws `std::runtime_error` where ONNX has no such operation.
struct Operator {
  std::string_view name;  ///< "aten::relu", which stands for "aten::relu_" too
  void (*translate)(Call& call);
};

/// ONNX's name for an operator, to make an entry with where it is the same as LibTorch's.
template <std::size_t size>
struct Name {
  constexpr Name(const char (&name)[size]) { std::copy_n(name, size, text); }
  char text[size] = {};
};

// The table, by kind.
std::span<const Operator> activations();
std::span<const Operator> arithmetic();
std::span<const Operator> comparisons();
std::span<const Operator> convolutions();
std::span<const Operator> normalizations();
std::span<const Operator> poolings();
std::span<const Operator> products();
std::span<const Operator> reductions();
std::span<const Operator> resizings();
std::span<const Operator> selections();
std::span<const Operator> shapes();

/// Null where the table has no such operator.
const Operator* find_operator(std::string_view name);

}  // namespace mnist::onnx
