#include "mnist/onnx/walk.hpp"

#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>

#include <stdexcept>
#include <utility>

#include "mnist/onnx/containers.hpp"
#include "mnist/onnx/messages.hpp"

namespace mnist::onnx {
namespace {

namespace jit = torch::jit;

// A model whose loop never ends, or whose method calls itself, is refused like any other.
constexpr std::int64_t kMostSteps = 100'000;
constexpr int kDeepest = 200;

template <typename Wanted>
std::vector<Lanes> values_of(const Wanted& wanted,
                             const std::unordered_map<const jit::Value*, Lanes>& values) {
  std::vector<Lanes> found;
  for (const jit::Value* value : wanted) found.push_back(values.at(value));
  return found;
}

}  // namespace

Walk::Walk(const jit::Module& module, Builder& builder, Names& names, bool only_runs)
    : module_(module), stepper_(builder, names, only_runs) {
  for (const auto& part : module.named_modules()) {
    paths_.emplace(part.value._ivalue().get(), part.name);
  }
}

std::string Walk::place() const {
  return path_.empty() ? "the model's forward" : "'" + path_ + "'";
}

Lanes Walk::run(const Lanes& input) {
  const Lanes self = {module_._ivalue(), module_._ivalue()};
  return call(module_.get_method("forward").function(), {self, input}).front();
}

std::vector<Lanes> Walk::call(jit::Function& function, const std::vector<Lanes>& arguments) {
  jit::GraphFunction* script = jit::tryToGraphFunction(function);
  if (!script)
    throw std::runtime_error(c10::str("it calls ", function.name(), ", which is no script"));
  if (++depth_ > kDeepest) throw std::runtime_error("its methods call each other without end");
  const std::shared_ptr<jit::Graph> graph = script->graph();
  if (graph->inputs().size() != arguments.size()) {
    throw std::runtime_error(c10::str("'", function.name(), "' takes ", graph->inputs().size() - 1,
                                      " inputs: expected one, the images"));
  }
  Values values;
  for (std::size_t i = 0; i < arguments.size(); ++i) values[graph->inputs()[i]] = arguments[i];
  run_block(*graph->block(), values);
  --depth_;
  return values_of(graph->block()->outputs(), values);
}

void Walk::run_block(const jit::Block& block, Values& values) {
  std::unordered_map<const jit::Value*, std::size_t> uses;
  for (const jit::Node* node : block.nodes()) {
    run_node(*node, values);
    // Large models would not fit in memory with all that they compute on the way.
    for (const jit::Value* input : node->inputs()) {
      if (input->node()->owningBlock() == &block && ++uses[input] == input->uses().size()) {
        values.erase(input);
      }
    }
  }
}

void Walk::run_node(const jit::Node& node, Values& values) {
  if (++steps_ > kMostSteps) throw std::runtime_error("the model runs without end");
  if (node.kind() == c10::prim::If) return run_if(node, values);
  if (node.kind() == c10::prim::Loop) return run_loop(node, values);
  std::vector<Lanes> results = results_of(node, values_of(node.inputs(), values));
  for (std::size_t i = 0; i < results.size(); ++i) {
    values.insert_or_assign(node.outputs()[i], std::move(results[i]));
  }
}

bool Walk::decide(const Lanes& condition) const {
  if (condition[0].toBool() == condition[1].toBool()) return condition[0].toBool();
  throw std::runtime_error(
      c10::str("the model branches on the batch size in ", place(), ", which ONNX's graph cannot"));
}

void Walk::run_if(const jit::Node& node, Values& values) {
  const bool condition = decide(values.at(node.input(0)));
  const jit::Block* block = node.blocks()[condition ? 0 : 1];
  run_block(*block, values);
  for (std::size_t i = 0; i < node.outputs().size(); ++i) {
    values[node.outputs()[i]] = values.at(block->outputs()[i]);
  }
}

void Walk::run_loop(const jit::Node& node, Values& values) {
  const Lanes most = values.at(node.input(0));
  if (most[0].toInt() != most[1].toInt()) {
    throw std::runtime_error(
        c10::str("the model loops over the batch in ", place(), ", which ONNX's graph cannot"));
  }
  const jit::Block* block = node.blocks()[0];
  bool goes_on = decide(values.at(node.input(1)));
  std::vector<Lanes> carried = values_of(node.inputs().slice(2), values);
  for (std::int64_t i = 0; goes_on && i < most[0].toInt(); ++i) {
    if (++steps_ > kMostSteps) throw std::runtime_error("the model runs without end");
    values[block->inputs()[0]] = {i, i};
    for (std::size_t k = 0; k < carried.size(); ++k) values[block->inputs()[k + 1]] = carried[k];
    run_block(*block, values);
    goes_on = decide(values.at(block->outputs()[0]));
    carried = values_of(block->outputs().slice(1), values);
  }
  for (std::size_t k = 0; k < carried.size(); ++k) values[node.outputs()[k]] = carried[k];
}

Lanes Walk::attribute(const jit::Node& node, const Lanes& object) {
  const std::string& name = node.s(c10::attr::name);
  Lanes found;
  for (std::size_t lane = 0; lane < found.size(); ++lane) {
    found[lane] = object[lane].toObjectRef().getAttr(name);
    stepper_.protect(found[lane]);
  }
  return found;
}

std::vector<Lanes> Walk::call_method(const jit::Node& node, const std::vector<Lanes>& inputs) {
  if (!inputs[0][0].isObject()) {
    throw std::runtime_error(c10::str("it calls a method of a ", inputs[0][0].tagKind()));
  }
  const auto object = inputs[0][0].toObject();
  const std::string caller = path_;
  const auto part = paths_.find(object.get());
  if (part != paths_.end()) path_ = part->second;
  std::vector<Lanes> results = call(object->type()->getMethod(node.s(c10::attr::name)), inputs);
  path_ = caller;
  return results;
}

std::vector<Lanes> Walk::results_of(const jit::Node& node, const std::vector<Lanes>& inputs) {
  switch (node.kind()) {
    case c10::prim::Constant: {
      if (node.output()->type()->kind() == c10::TypeKind::FunctionType) return {Lanes()};
      const auto value = jit::toIValue(node.output());
      if (!value) throw std::runtime_error("it has a constant of an unknown type");
      stepper_.protect(*value);
      return {{*value, *value}};
    }
    case c10::prim::GetAttr:
      return {attribute(node, inputs[0])};
    case c10::prim::CallMethod:
      return call_method(node, inputs);
    case c10::prim::CallFunction: {
      jit::Function* function = node.input(0)->type()->expectRef<c10::FunctionType>().function();
      return call(*function, {inputs.begin() + 1, inputs.end()});
    }
    case c10::prim::RaiseException:
      throw std::runtime_error(c10::str(
          "the model refuses such an input: ",
          inputs[0][0].isString() ? inputs[0][0].toStringRef() : std::string("without a word")));
    case c10::prim::Print:
    case c10::aten::warn:
      return {};  // a library prints nothing, nor does a file
    default:
      return run_operator(node, inputs);
  }
}

std::vector<Lanes> Walk::run_operator(const jit::Node& node, const std::vector<Lanes>& inputs) {
  try {
    if (makes_container(node)) return {make_container(node, inputs)};
    if (node.kind() == c10::prim::ListUnpack) return unpack_list(node, inputs[0]);
    if (!node.maybeOperator())
      throw std::runtime_error("it is none of those that can be said in ONNX");
    return stepper_.run(node, inputs);
  } catch (const std::exception& error) {
    throw std::runtime_error(c10::str("cannot export ", node.kind().toQualString(), " in ", place(),
                                      ": ", message_of(error)));
  }
}

}  // namespace mnist::onnx
