#include "mnist/onnx/step.hpp"

#include <c10/util/StringUtil.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "mnist/onnx/operators.hpp"

namespace mnist::onnx {
namespace {

namespace jit = torch::jit;

/// They take a tensor for its shape and type alone.
bool reads_no_values(std::string_view op) {
  static const std::set<std::string_view> kOperators = {"aten::__is__",
                                                        "aten::__isnot__",
                                                        "aten::_shape_as_tensor",
                                                        "aten::dim",
                                                        "aten::element_size",
                                                        "aten::empty_like",
                                                        "aten::full_like",
                                                        "aten::is_complex",
                                                        "aten::is_contiguous",
                                                        "aten::is_floating_point",
                                                        "aten::len",
                                                        "aten::new_empty",
                                                        "aten::new_full",
                                                        "aten::new_ones",
                                                        "aten::new_zeros",
                                                        "aten::numel",
                                                        "aten::ones_like",
                                                        "aten::size",
                                                        "aten::storage_offset",
                                                        "aten::stride",
                                                        "aten::sym_size",
                                                        "aten::zeros_like"};
  return (op.starts_with("prim::") && op != "prim::data") || kOperators.contains(op);
}

/// Operators on lists, tuples and dictionaries, of whatever type, only hand on what they hold.
bool is_on_containers(const c10::FunctionSchema& schema) {
  return std::ranges::any_of(schema.arguments(), [](const c10::Argument& argument) {
    return argument.type()->hasFreeVariables();
  });
}

std::vector<Lanes> execute(const jit::Node& node, const std::vector<Lanes>& inputs) {
  jit::Operation operation = node.getOperation();
  std::vector<Lanes> outputs(node.outputs().size());
  for (std::size_t lane = 0; lane < kBatches.size(); ++lane) {
    jit::Stack stack;
    for (const Lanes& input : inputs) stack.push_back(input[lane]);
    operation(stack);
    if (stack.size() != outputs.size()) throw std::runtime_error("it gives too many results");
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i][lane] = std::move(stack[i]);
  }
  return outputs;
}

std::vector<at::Tensor> tensors_in(const c10::IValue& value) {
  if (value.isTensor()) return {value.toTensor()};
  std::vector<at::Tensor> tensors;
  if (value.isTensorList()) tensors = value.toTensorVector();
  return tensors;
}

std::vector<Lanes> tensors_in(const std::vector<Lanes>& values) {
  std::vector<Lanes> tensors;
  for (const Lanes& value : values) {
    const auto one = tensors_in(value[0]), other = tensors_in(value[1]);
    if (one.size() != other.size()) {
      throw std::runtime_error("it makes as many tensors as there are images");
    }
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i].defined()) tensors.push_back({one[i], other[i]});
    }
  }
  return tensors;
}

}  // namespace

void Stepper::protect(const c10::IValue& value) {
  for (const at::Tensor& tensor : tensors_in(value)) {
    if (tensor.defined() && tensor.has_storage()) {
      protected_.insert(tensor.storage().unsafeGetStorageImpl());
    }
  }
}

const Lanes* Stepper::changed_input(const jit::Node& node, const std::vector<Lanes>& inputs) const {
  const c10::FunctionSchema& schema = node.schema();
  for (std::size_t i = 0; i < schema.arguments().size() && i < inputs.size(); ++i) {
    const c10::AliasInfo* alias = schema.arguments()[i].alias_info();
    if (alias && alias->isWrite() && inputs[i][0].isTensor()) return &inputs[i];
  }
  return nullptr;
}

void Stepper::check(const jit::Node& node, const std::vector<Lanes>& inputs, bool depends) const {
  if (!depends && !only_runs_ && node.isNondeterministic())
    throw std::runtime_error("it draws random numbers");
  const Lanes* changed = changed_input(node, inputs);
  if (!changed) return;
  const at::Tensor tensor = (*changed)[0].toTensor();
  if (tensor.has_storage() && protected_.contains(tensor.storage().unsafeGetStorageImpl())) {
    throw std::runtime_error("it changes the model's own numbers");
  }
  if (depends && !names_.is_known(tensor)) {
    throw std::runtime_error("it writes what is computed from the input into another tensor");
  }
}

void Stepper::translate(const jit::Node& node, const std::vector<Lanes>& inputs,
                        const std::vector<Lanes>& tensors) {
  const std::string name = node.kind().toQualString();
  const Operator* found = find_operator(name);
  if (!found) throw std::runtime_error("it is none of those that can be said in ONNX");
  const Lanes* changed = changed_input(node, inputs);
  Call call(builder_, names_, node.schema(), inputs, tensors);
  found->translate(call);
  for (const Lanes& lanes : tensors) {
    const at::Tensor tensor = lanes[0].toTensor();
    if (!names_.is_known(tensor)) {
      names_.set_missing(tensor,
                         c10::str("it takes a result of ", name, " that ONNX does not have"));
    }
  }
  if (changed) {
    const at::Tensor tensor = (*changed)[0].toTensor();
    names_.set_changed(tensor, names_.name(tensor));
  }
}

std::vector<Lanes> Stepper::run(const jit::Node& node, const std::vector<Lanes>& inputs) {
  const bool depends = std::ranges::any_of(
      inputs, [&](const Lanes& input) { return depends_on_input(input[0], names_); });
  check(node, inputs, depends);
  std::vector<Lanes> outputs = execute(node, inputs);
  if (!depends || reads_no_values(node.kind().toQualString()) || is_on_containers(node.schema())) {
    return outputs;
  }
  const std::vector<Lanes> tensors = tensors_in(outputs);
  if (tensors.empty()) {
    throw std::runtime_error("what the model does next depends on the input's values");
  }
  const bool is_new = std::ranges::any_of(
      tensors, [&](const Lanes& tensor) { return !names_.is_known(tensor[0].toTensor()); });
  // What hands its argument back, dropout in evaluation mode, say, does nothing.
  if (is_new || changed_input(node, inputs)) translate(node, inputs, tensors);
  return outputs;
}

}  // namespace mnist::onnx
