#include "mnist/onnx/to_onnx.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "mnist/onnx/loops.hpp"
#include "mnist/onnx/messages.hpp"
#include "mnist/onnx/model_proto.hpp"
#include "mnist/onnx/run_steps.hpp"
#include "mnist/onnx/silence.hpp"
#include "mnist/onnx/walk.hpp"

namespace mnist {
namespace {

using onnx::Graph, onnx::Lanes, onnx::ValueInfo;

constexpr double kTolerance = 1e-4;

/// Inputs such as the example, `batch` of them: noise, the same at each call, or where the numbers
/// mean something the example again and again.
at::Tensor input_like(const at::Tensor& example, std::int64_t batch) {
  std::vector<std::int64_t> shape = example.sizes().vec();
  shape.front() = batch;
  if (!example.is_floating_point()) return example.narrow(0, 0, 1).expand(shape).clone();
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(/*seed=*/std::uint64_t{0});
  return at::rand(shape, generator, at::TensorOptions(at::kFloat)).to(example.scalar_type());
}

/// The tensors of an output, those in tuples, lists and dictionaries too, in their order.
void collect(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
  if (value.isTensor()) {
    tensors.push_back(value.toTensor());
  } else if (value.isTuple()) {
    for (const c10::IValue& element : value.toTupleRef().elements()) collect(element, tensors);
  } else if (value.isList()) {
    for (const c10::IValue& element : value.toListRef()) collect(element, tensors);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) collect(entry.value(), tensors);
  } else if (!value.isNone()) {
    throw std::runtime_error(
        c10::str("the model answers with a ", value.tagKind(), ": expected tensors"));
  }
}

std::vector<at::Tensor> tensors_of(const c10::IValue& output) {
  std::vector<at::Tensor> tensors;
  collect(output, tensors);
  if (tensors.empty()) throw std::runtime_error("the model answers with no tensor");
  return tensors;
}

ValueInfo describe(const std::string& name, const at::Tensor& one, const at::Tensor& other) {
  ValueInfo info{name, one.scalar_type(), {}};
  for (const onnx::Size& size : onnx::shape_of({one, other})) {
    info.shape.push_back(onnx::is_fixed(size)     ? size[0]
                         : size == onnx::kBatches ? onnx::kBatchSize
                                                  : onnx::kUnknownSize);
  }
  return info;
}

/// Evaluation mode while it lives; then every part's mode is again what it was.
class EvaluationGuard {
 public:
  explicit EvaluationGuard(const torch::jit::Module& module) {
    for (const torch::jit::Module& part : module.modules()) {
      if (!part.hasattr("training") || !part.attr("training").isBool()) continue;
      modes_.emplace_back(part, part.attr("training").toBool());
      part._ivalue()->setAttr("training", false);
    }
  }
  EvaluationGuard(const EvaluationGuard&) = delete;
  EvaluationGuard& operator=(const EvaluationGuard&) = delete;
  ~EvaluationGuard() {
    for (const auto& [part, training] : modes_) part._ivalue()->setAttr("training", training);
  }

 private:
  std::vector<std::pair<torch::jit::Module, bool>> modes_;
};

Graph graph_of(const torch::jit::Module& module, const at::Tensor& example,
               const OnnxOptions& options) {
  std::map<std::string, at::Tensor> weights;
  for (const auto& item : module.named_parameters()) weights.emplace(item.name, item.value);
  for (const auto& item : module.named_buffers()) weights.emplace(item.name, item.value);
  Lanes input;
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = input_like(example, onnx::kBatches[i]);
  onnx::Builder builder(weights, describe(options.input, input[0].toTensor(), input[1].toTensor()));
  onnx::Names names;
  names.set(input[0].toTensor(), options.input);

  const Lanes output = onnx::Walk(module, builder, names).run(input);
  const auto one = tensors_of(output[0]), other = tensors_of(output[1]);
  if (one.size() != other.size()) {
    throw std::runtime_error("the number of the model's outputs depends on the batch size");
  }
  std::vector<std::string> values;
  std::vector<ValueInfo> outputs;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (!names.is_known(one[i])) {
      throw std::runtime_error("an output of the model does not depend on the input");
    }
    values.push_back(names.name(one[i]));
    const std::string name = i == 0 ? options.output : c10::str(options.output, "_", i);
    outputs.push_back(describe(name, one[i], other[i]));
  }
  return std::move(builder).finish(values, std::move(outputs));
}

void compare(const std::vector<at::Tensor>& found, const std::vector<at::Tensor>& expected,
             std::int64_t batch) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const at::Tensor a = found.at(i).to(at::kDouble), b = expected[i].to(at::kDouble);
    if (a.sizes() != b.sizes()) {
      throw std::runtime_error(c10::str("the ONNX model is not the module: a batch of ", batch,
                                        " gives ", a.sizes(), " where the module gives ",
                                        b.sizes()));
    }
    if (b.numel() == 0) continue;
    const double scale = std::max(1e-2, b.abs().max().item<double>());
    if (at::allclose(a, b, kTolerance, kTolerance * scale, /*equal_nan=*/true)) continue;
    throw std::runtime_error(c10::str("the ONNX model is not the module: with a batch of ", batch,
                                      " output ", i, " differs by up to ",
                                      (a - b).abs().max().item<double>()));
  }
}

/// What the module does with two batches says nothing of how long it takes with others.
void check_that_it_ends(const torch::jit::Module& module, const at::Tensor& input) {
  onnx::Builder builder({}, describe("", input, input));
  onnx::Names names;
  onnx::Walk(module, builder, names, /*only_runs=*/true).run({input.clone(), input.clone()});
}

void verify(const Graph& graph, const torch::jit::Module& module, const at::Tensor& example) {
  // What LibTorch finds out about a graph while it runs is worth less here than it takes.
  const torch::jit::GraphOptimizerEnabledGuard no_optimizer(false);
  torch::jit::Module same = module;  // `forward` is no const method, though it changes nothing
  const bool may_loop = onnx::may_loop(module);
  for (const std::int64_t batch : {1, 2, 7}) {
    const at::Tensor input = input_like(example, batch);
    if (may_loop) check_that_it_ends(module, input);
    const auto expected = tensors_of(same.forward({input.clone()}));
    compare(run_steps(graph, input), expected, batch);
  }
}

std::string exported(const torch::jit::Module& module, const at::Tensor& example,
                     const OnnxOptions& options) {
  if (!module.find_method("forward")) throw std::runtime_error("it has no method 'forward'");
  if (example.dim() == 0 || example.numel() == 0) {
    throw std::runtime_error(c10::str("an example of shape ", example.sizes(),
                                      " has no dimension for the batch, or no numbers"));
  }
  const at::NoGradGuard no_grad;
  const onnx::Silence silence;
  const EvaluationGuard evaluation(module);
  const Graph graph = graph_of(module, example, options);
  verify(graph, module, example);
  std::string bytes = to_bytes(graph, options.producer, options.metadata);
  torch::jit::check_onnx_proto(bytes);
  return bytes;
}

}  // namespace

std::string to_onnx(const torch::jit::Module& module, const at::Tensor& example,
                    const OnnxOptions& options) {
  try {
    return exported(module, example, options);
  } catch (const std::exception& error) {
    throw std::runtime_error(onnx::message_of(error));
  }
}

}  // namespace mnist
