#include "mnist/onnx/builder.hpp"

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mnist::onnx {

Builder::Builder(const std::map<std::string, at::Tensor>& weights, ValueInfo input) {
  taken_.insert(input.name);
  graph_.inputs.push_back(std::move(input));
  for (const auto& [name, tensor] : weights) weights_.emplace(tensor.unsafeGetTensorImpl(), name);
}

std::string Builder::unique(std::string name) {
  while (!taken_.insert(name).second) name += '_';
  return name;
}

std::vector<std::string> Builder::add(const std::string& op, std::vector<std::string> inputs,
                                      Attributes attributes, std::size_t count) {
  Node node{op, std::move(inputs), {}, std::move(attributes)};
  for (std::size_t i = 0; i < count; ++i) {
    node.outputs.push_back(unique(op + "_" + std::to_string(counts_[op]++)));
  }
  graph_.nodes.push_back(node);
  return node.outputs;
}

std::string Builder::add(const std::string& op, std::vector<std::string> inputs,
                         Attributes attributes) {
  return add(op, std::move(inputs), std::move(attributes), 1).front();
}

std::string Builder::constant(const at::Tensor& value) {
  const auto weight = weights_.find(value.unsafeGetTensorImpl());
  if (weight == weights_.end()) {
    const std::string name = unique("constant_" + std::to_string(counts_["constant"]++));
    // A copy, as the model may go on to change it.
    graph_.constants.push_back({name, value.detach().clone()});
    return name;
  }
  const auto used = used_weights_.find(weight->second);
  if (used != used_weights_.end()) return used->second;
  const std::string name = unique(weight->second);
  used_weights_.emplace(weight->second, name);
  graph_.constants.push_back({name, value.detach()});
  return name;
}

std::string Builder::integers(const Ints& values) {
  return constant(at::tensor(values, at::kLong));
}

std::string Builder::linear_in_batch(const Size& value) {
  if (batch_.empty()) {
    batch_ = add("Shape", {input()}, {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
  }
  std::int64_t slope = 0, offset = 0;
  if (__builtin_sub_overflow(value[1], value[0], &slope) ||
      __builtin_mul_overflow(slope, kBatches[0], &offset) ||
      __builtin_sub_overflow(value[0], offset, &offset)) {
    throw std::runtime_error("what depends on the batch size is more than 64 bits hold");
  }
  std::string result = batch_;
  if (slope != 1) result = add("Mul", {result, integers(Ints{slope})});
  if (offset != 0) result = add("Add", {result, integers(Ints{offset})});
  return result;
}

std::string Builder::integers(const Sizes& values) {
  if (std::ranges::all_of(values, is_fixed)) {
    Ints fixed;
    for (const Size& value : values) fixed.push_back(value[0]);
    return integers(fixed);
  }
  std::vector<std::string> parts;
  Ints fixed;
  const auto end_fixed = [&] {
    if (!fixed.empty()) parts.push_back(integers(std::exchange(fixed, {})));
  };
  for (const Size& value : values) {
    if (is_fixed(value)) {
      fixed.push_back(value[0]);
    } else {
      end_fixed();
      parts.push_back(linear_in_batch(value));
    }
  }
  end_fixed();
  return parts.size() == 1 ? parts.front() : add("Concat", parts, {{"axis", std::int64_t{0}}});
}

std::string Builder::integer(const Size& value) {
  if (is_fixed(value)) return constant(at::scalar_tensor(value[0], at::kLong));
  return add("Squeeze", {linear_in_batch(value), integers(Ints{0})});
}

std::string Builder::reshape(const std::string& value, const Sizes& shape) {
  // One size may be left to be found: then no runtime has to compute the batch size.
  if (std::ranges::count_if(shape, [](const Size& size) { return !is_fixed(size); }) > 1) {
    return add("Reshape", {value, integers(shape)});
  }
  Ints target;
  for (const Size& size : shape) target.push_back(is_fixed(size) ? size[0] : -1);
  return add("Reshape", {value, integers(target)});
}

void Builder::give_name(const std::string& value, const std::string& name) {
  for (Node& node : graph_.nodes) {
    std::ranges::replace(node.inputs, value, name);
    std::ranges::replace(node.outputs, value, name);
  }
}

void Builder::remove_unused() {
  std::set<std::string> needed;
  for (const ValueInfo& output : graph_.outputs) needed.insert(output.name);
  std::vector<Node> kept;
  for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
    const auto is_needed = [&](const std::string& name) { return needed.contains(name); };
    if (std::ranges::none_of(node->outputs, is_needed)) continue;
    needed.insert(node->inputs.begin(), node->inputs.end());
    kept.push_back(std::move(*node));
  }
  graph_.nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
  std::erase_if(graph_.constants,
                [&](const Constant& constant) { return !needed.contains(constant.name); });
}

Graph Builder::finish(const std::vector<std::string>& values, std::vector<ValueInfo> outputs) && {
  std::set<std::string> steps;
  for (const Node& node : graph_.nodes) steps.insert(node.outputs.begin(), node.outputs.end());
  std::vector<std::string> current = values;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string& name = outputs[i].name;
    name = unique(name);
    // What is no step's own, or is an output already, has a name that it keeps.
    if (steps.erase(current[i]) == 0) {
      graph_.nodes.push_back({"Identity", {current[i]}, {name}, {}});
      continue;
    }
    const std::string before = current[i];
    give_name(before, name);
    std::ranges::replace(current, before, name);
  }
  graph_.outputs = std::move(outputs);
  remove_unused();
  return std::move(graph_);
}

}  // namespace mnist::onnx
