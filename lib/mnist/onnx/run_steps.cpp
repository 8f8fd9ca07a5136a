#include "mnist/onnx/run_steps.hpp"

#include <c10/util/StringUtil.h>

#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "mnist/onnx/steps.hpp"

namespace mnist::onnx {
namespace {

const StepRule& rule_of(const std::string& op) {
  static const std::map<std::string_view, const StepRule*> kRules = [] {
    std::map<std::string_view, const StepRule*> rules;
    for (const auto& kind : {image_steps(), number_steps(), dimension_steps()}) {
      for (const StepRule& rule : kind) rules.emplace(rule.op, &rule);
    }
    return rules;
  }();
  const auto found = kRules.find(op);
  if (found == kRules.end()) throw std::runtime_error("no rule runs ONNX's " + op);
  return *found->second;
}

/// ONNX has most operators for some types of numbers alone.
void check_type(const StepRule& rule, const std::vector<at::Tensor>& inputs) {
  const bool is_chosen = rule.op == "Where";  // by truth values, from the others
  const at::ScalarType type = inputs.at(is_chosen ? 1 : 0).scalar_type();
  if ((rule.types & bit_of(type)) != 0) return;
  throw std::runtime_error(
      c10::str("ONNX's ", std::string(rule.op), " takes no numbers of type ", c10::toString(type)));
}

/// The node that is the last to take each value.
std::unordered_map<std::string, const Node*> last_uses(const Graph& graph) {
  std::unordered_map<std::string, const Node*> uses;
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) uses[input] = &node;
  }
  for (const ValueInfo& output : graph.outputs) uses.erase(output.name);
  return uses;
}

}  // namespace

const Attribute* Step::find(std::string_view attribute) const {
  for (const auto& [name, value] : node_.attributes) {
    if (name == attribute) return &value;
  }
  return nullptr;
}

std::int64_t Step::integer(std::string_view attribute, std::int64_t otherwise) const {
  const Attribute* found = find(attribute);
  return found ? std::get<std::int64_t>(*found) : otherwise;
}

double Step::number(std::string_view attribute, double otherwise) const {
  const Attribute* found = find(attribute);
  return found ? std::get<float>(*found) : otherwise;
}

std::string Step::text(std::string_view attribute, const std::string& otherwise) const {
  const Attribute* found = find(attribute);
  return found ? std::get<std::string>(*found) : otherwise;
}

Ints Step::integers(std::string_view attribute, const Ints& otherwise) const {
  const Attribute* found = find(attribute);
  return found ? std::get<Ints>(*found) : otherwise;
}

Ints Step::integers_input(std::size_t i) const {
  const at::Tensor values = input(i).contiguous();
  const auto* begin = values.data_ptr<std::int64_t>();
  return {begin, begin + values.numel()};
}

std::vector<at::Tensor> run_steps(const Graph& graph, const at::Tensor& input) {
  std::unordered_map<std::string, at::Tensor> values = {{"", at::Tensor()},
                                                        {graph.inputs.front().name, input}};
  for (const Constant& constant : graph.constants) values.emplace(constant.name, constant.value);
  const auto last = last_uses(graph);
  for (const Node& node : graph.nodes) {
    std::vector<at::Tensor> inputs;
    for (const std::string& name : node.inputs) inputs.push_back(values.at(name));
    const StepRule& rule = rule_of(node.op);
    check_type(rule, inputs);
    std::vector<at::Tensor> results = rule.run(Step(node, std::move(inputs)));
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      values.insert_or_assign(node.outputs[i], std::move(results.at(i)));
    }
    for (const std::string& name : node.inputs) {
      const auto use = last.find(name);
      if (!name.empty() && use != last.end() && use->second == &node) values.erase(name);
    }
  }
  std::vector<at::Tensor> outputs;
  for (const ValueInfo& output : graph.outputs) outputs.push_back(values.at(output.name));
  return outputs;
}

}  // namespace mnist::onnx
