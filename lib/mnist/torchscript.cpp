#include "mnist/torchscript.hpp"

#include <torch/csrc/jit/frontend/tracer.h>

#include <memory>
#include <sstream>

namespace mnist {
namespace {

/// Sets evaluation mode, and the mode that was on before when it goes.
class EvaluationMode {
 public:
  explicit EvaluationMode(torch::nn::Module& module)
      : module_(module), was_training_(module.is_training()) {
    module_.eval();
  }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;
  ~EvaluationMode() { module_.train(was_training_); }

 private:
  torch::nn::Module& module_;
  bool was_training_;
};

/// A TorchScript module with the parameters, buffers and children of `module`, and no methods. The
/// class names become part of the file; a child's is its parent's followed by its own.
torch::jit::Module mirror(const torch::nn::Module& module, const std::string& class_name,
                          const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module result(c10::QualifiedName(class_name), unit);
  result.register_attribute("training", c10::BoolType::get(), module.is_training());
  for (const auto& parameter : module.named_parameters(/*recurse=*/false)) {
    result.register_parameter(parameter.key(), parameter.value(), /*is_buffer=*/false);
  }
  for (const auto& buffer : module.named_buffers(/*recurse=*/false)) {
    result.register_parameter(buffer.key(), buffer.value(), /*is_buffer=*/true);
  }
  for (const auto& child : module.named_children()) {
    result.register_module(child.key(),
                           mirror(*child.value(), class_name + "_" + child.key(), unit));
  }
  return result;
}

}  // namespace

torch::jit::Module trace(torch::nn::Module& module,
                         const std::function<torch::Tensor(const torch::Tensor&)>& forward,
                         const torch::Tensor& example, const std::string& input_name) {
  namespace tracer = torch::jit::tracer;
  const torch::NoGradGuard no_grad;
  const EvaluationMode evaluation(module);
  torch::jit::Module result =
      mirror(module, "__torch__.Classifier", std::make_shared<torch::jit::CompilationUnit>());

  const auto run = [&](torch::jit::Stack inputs) -> torch::jit::Stack {
    return {forward(inputs.at(0).toTensor())};
  };
  const auto no_name = [](const torch::autograd::Variable&) { return std::string(); };
  const auto state = tracer::trace({example}, run, no_name, /*strict=*/true,
                                   /*force_outplace=*/false, &result, {input_name})
                         .first;
  torch::jit::Function* function = result._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*result.type()->name(), "forward"), state->graph);
  result.type()->addMethod(function);
  return result;
}

std::string serialize(const torch::jit::Module& module) {
  std::ostringstream stream;
  module.save(stream);
  return std::move(stream).str();
}

}  // namespace mnist
