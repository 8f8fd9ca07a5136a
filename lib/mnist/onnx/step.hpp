#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <unordered_set>
#include <vector>

#include "mnist/onnx/call.hpp"

namespace mnist::onnx {

/// Runs single operators of a model, with both batches, and puts those on what was computed from
/// the input into the graph. All others, what a script does with shapes and settings, leave their
/// results alone.
class Stepper {
 public:
  /// `only_runs`: there is no graph, and no rule for what may be done but that of `protect`.
  Stepper(Builder& builder, Names& names, bool only_runs)
      : builder_(builder), names_(names), only_runs_(only_runs) {}

  /// The results of `node`, an operator that LibTorch has registered. Throws `std::runtime_error`
  /// where the graph cannot have it, and what the operator itself throws.
  std::vector<Lanes> run(const torch::jit::Node& node, const std::vector<Lanes>& inputs);

  /// The tensors in the value, the model's own, are not to be changed.
  void protect(const c10::IValue& value);

 private:
  void check(const torch::jit::Node& node, const std::vector<Lanes>& inputs, bool depends) const;
  void translate(const torch::jit::Node& node, const std::vector<Lanes>& inputs,
                 const std::vector<Lanes>& tensors);
  const Lanes* changed_input(const torch::jit::Node& node, const std::vector<Lanes>& inputs) const;

  Builder& builder_;
  Names& names_;
  bool only_runs_;
  std::unordered_set<const void*> protected_;  ///< the memory of the model's own tensors
};

}  // namespace mnist::onnx
