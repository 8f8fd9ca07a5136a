#include "mnist/torchscript.hpp"

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace mnist {
namespace {

/// Evaluation mode without gradients while it lives; then every mode and value is again what it
/// was.
class EvalModeGuard {
 public:
  explicit EvalModeGuard(torch::nn::Module& module) {
    // A parent comes before its children, whose modes its own would overwrite.
    module.apply([&](torch::nn::Module& part) {
      modes_.emplace_back(&part, part.is_training());
      for (const auto& values : {part.named_parameters(false), part.named_buffers(false)}) {
        for (const auto& item : values) {
          if (item.value().defined()) values_.emplace_back(item.value());
        }
      }
    });
    module.eval();
  }
  EvalModeGuard(const EvalModeGuard&) = delete;
  EvalModeGuard& operator=(const EvalModeGuard&) = delete;
  ~EvalModeGuard() {
    for (const auto& [part, training] : modes_) part->train(training);
    for (Value& value : values_) {
      if (value.tensor._version() != value.version) value.tensor.copy_(value.copy);
    }
  }

 private:
  struct Value {
    explicit Value(torch::Tensor values)
        : tensor(std::move(values)), copy(tensor.clone()), version(tensor._version()) {}
    torch::Tensor tensor, copy;
    std::int64_t version;
  };

  torch::NoGradGuard no_grad_;
  std::vector<std::pair<torch::nn::Module*, bool>> modes_;
  std::vector<Value> values_;
};

/// Builds TorchScript modules with the parameters, buffers and children of modules, and no methods.
class Mirror {
 public:
  torch::jit::Module of(const torch::nn::Module& module) {
    const auto known = mirrors_.find(&module);
    if (known != mirrors_.end()) return known->second;

    torch::jit::Module result(class_name(module), unit_, /*shouldMangle=*/true);
    result.register_attribute("training", c10::BoolType::get(), module.is_training());
    std::set<std::string> taken;
    const auto name = [&taken](const std::string& wish) {
      std::string free = torchscript_name(wish);
      while (!taken.insert(free).second) free += '_';
      return free;
    };
    for (const auto& parameter : module.named_parameters(/*recurse=*/false)) {
      result.register_parameter(name(parameter.key()), parameter.value(), /*is_buffer=*/false);
    }
    for (const auto& buffer : module.named_buffers(/*recurse=*/false)) {
      if (!buffer.value().defined()) continue;
      result.register_parameter(name(buffer.key()), buffer.value(), /*is_buffer=*/true);
    }
    for (const auto& child : module.named_children()) {
      result.register_module(name(child.key()), of(*child.value()));
    }
    mirrors_.emplace(&module, result);
    return result;
  }

 private:
  /// "__torch__.torch.nn.Conv2dImpl"; LibTorch tells namesakes apart.
  static c10::QualifiedName class_name(const torch::nn::Module& module) {
    c10::QualifiedName result("__torch__");
    std::string name = module.name();
    for (std::size_t end; (end = name.find("::")) != std::string::npos; name.erase(0, end + 2)) {
      result = c10::QualifiedName(result, torchscript_name(name.substr(0, end)));
    }
    return c10::QualifiedName(result, torchscript_name(name));
  }

  std::shared_ptr<torch::jit::CompilationUnit> unit_ =
      std::make_shared<torch::jit::CompilationUnit>();
  std::map<const torch::nn::Module*, torch::jit::Module> mirrors_;
};

std::vector<torch::Tensor> tensors_of(const torch::IValue& output) {
  if (output.isTensor()) return {output.toTensor()};
  std::vector<torch::Tensor> tensors;
  for (const torch::IValue& element : output.toTupleRef().elements()) {
    for (torch::Tensor& tensor : tensors_of(element)) tensors.push_back(std::move(tensor));
  }
  return tensors;
}

torch::jit::Stack as_stack(const std::vector<torch::Tensor>& inputs) {
  return {inputs.begin(), inputs.end()};
}

std::string sizes_of(const std::vector<torch::Tensor>& tensors) {
  std::string text;
  for (const torch::Tensor& tensor : tensors) text += c10::str(tensor.sizes(), " ");
  return text;
}

void compare(const std::vector<torch::Tensor>& found, const std::vector<torch::Tensor>& expected,
             const std::string& inputs, Tolerance tolerance) {
  if (sizes_of(found) != sizes_of(expected)) {
    throw std::runtime_error(c10::str("the traced model answers inputs ", inputs, "with ",
                                      sizes_of(found), "where the module answers with ",
                                      sizes_of(expected)));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    const torch::Tensor a = found[i].to(torch::kFloat64), b = expected[i].to(torch::kFloat64);
    if (torch::allclose(a, b, tolerance.relative, tolerance.absolute, /*equal_nan=*/true)) continue;
    throw std::runtime_error(c10::str("the traced model is not the module: for inputs ", inputs,
                                      "output ", i, " differs by up to ",
                                      (a - b).abs().max().item<double>(),
                                      "; a branch on the input's values, say, is not in a trace"));
  }
}

/// In TorchScript's language: a "forward" that refuses other sizes and calls "traced". C++ can name
/// no other exception there than an assertion's.
std::string checked_forward(const std::vector<TracedInput>& inputs) {
  std::string names, checks;
  for (const TracedInput& input : inputs) {
    const std::string name = torchscript_name(input.name);
    names += (names.empty() ? "" : ", ") + name;
    if (input.row_sizes.empty()) continue;
    std::string sizes;
    for (const std::int64_t size : input.row_sizes)
      sizes += c10::str(sizes.empty() ? "" : ", ", size);
    checks += c10::str("  assert ", name, ".size()[1:] == [", sizes, "], \"expected ", name,
                       " [N, ", sizes, "], found \" + str(", name, ".size())\n");
  }
  return c10::str("def forward(self, ", names, "):\n", checks, "  return self.traced(", names,
                  ")\n");
}

}  // namespace

torch::jit::Module trace(torch::nn::Module& module, const Forward& forward,
                         const std::vector<TracedInput>& inputs) {
  namespace tracer = torch::jit::tracer;
  const EvalModeGuard eval_mode(module);
  torch::jit::Module result = Mirror().of(module);

  torch::jit::Stack examples;
  std::vector<std::string> names;
  for (const TracedInput& input : inputs) {
    examples.emplace_back(input.example);
    names.push_back(torchscript_name(input.name));
  }
  const auto run = [&](const torch::jit::Stack& stack) -> torch::jit::Stack {
    std::vector<torch::Tensor> tensors;
    for (const torch::IValue& value : stack) tensors.push_back(value.toTensor());
    return {forward(tensors)};
  };
  const auto no_name = [](const torch::autograd::Variable&) { return std::string(); };
  const auto state = tracer::trace(examples, run, no_name, /*strict=*/true,
                                   /*force_outplace=*/false, &result, names)
                         .first;
  const bool checked = std::any_of(inputs.begin(), inputs.end(), [](const TracedInput& input) {
    return !input.row_sizes.empty();
  });
  torch::jit::Function* function = result._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*result.type()->name(), checked ? "traced" : "forward"), state->graph);
  result.type()->addMethod(function);
  if (checked) result.define(checked_forward(inputs));
  return result;
}

std::string torchscript_name(std::string_view name) {
  static const std::set<std::string_view> kReserved = {
      "",        "Ellipsis", "False",    "None",  "NoneType", "True",    "and",
      "as",      "assert",   "async",    "await", "break",    "class",   "continue",
      "def",     "del",      "elif",     "else",  "except",   "finally", "for",
      "forward", "from",     "global",   "if",    "import",   "in",      "is",
      "lambda",  "nonlocal", "not",      "or",    "pass",     "raise",   "return",
      "self",    "traced",   "training", "try",   "while",    "with",    "yield"};
  std::string result(name);
  for (char& c : result) {
    const bool holds = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!holds) c = '_';
  }
  if (kReserved.contains(result)) result += '_';
  return result;
}

std::string serialize(const torch::jit::Module& module,
                      const torch::jit::ExtraFilesMap& extra_files) {
  std::ostringstream stream;
  module.save(stream, extra_files);
  return std::move(stream).str();
}

void verify(const std::string& bytes, torch::nn::Module& module, const Forward& forward,
            const std::vector<std::vector<torch::Tensor>>& batches, Tolerance tolerance) {
  const EvalModeGuard eval_mode(module);
  std::istringstream stream(bytes);
  torch::jit::Module loaded = torch::jit::load(stream);
  for (const std::vector<torch::Tensor>& inputs : batches) {
    torch::IValue found;
    try {
      // LibTorch's optimizer puts other operators in the place of some, with other roundings.
      const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);
      found = loaded.forward(as_stack(inputs));
    } catch (const std::exception&) {
      throw std::runtime_error(
          c10::str("the traced model fails for inputs ", sizes_of(inputs),
                   "that the module takes: a size read in C++ is a constant in a trace"));
    }
    compare(tensors_of(found), tensors_of(forward(inputs)), sizes_of(inputs), tolerance);
  }
}

}  // namespace mnist
