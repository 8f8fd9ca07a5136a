#pragma once

#include <torch/script.h>
#include <torch/torch.h>

#include <sstream>
#include <vector>

#include "mnist/torchscript.hpp"

// What the tests of tracing and of proving trace, and how.
namespace mnist {

inline torch::jit::Module reload(const torch::jit::Module& module) {
  std::istringstream stream(serialize(module));
  return torch::jit::load(stream);
}

/// `forward` of a module with one input.
template <typename Holder>
Forward forward_of(Holder module) {
  return [module](const std::vector<torch::Tensor>& inputs) mutable -> torch::IValue {
    return module->forward(inputs.at(0));
  };
}

/// Traces, and proves the result at batch sizes 1, 7 and 64 of normal noise like `example`.
template <typename Holder>
torch::jit::Module traced(Holder module, const torch::Tensor& example) {
  const Forward forward = forward_of(module);
  torch::jit::Module script = trace(*module, forward, {{"x", example}});
  std::vector<std::vector<torch::Tensor>> batches;
  for (const std::int64_t size : {1, 7, 64}) {
    std::vector<std::int64_t> sizes = example.sizes().vec();
    sizes[0] = size;
    batches.push_back({torch::randn(sizes).to(example)});
  }
  verify(serialize(script), *module, forward, batches);
  return script;
}

struct ResidualBlockImpl : torch::nn::Module {
  ResidualBlockImpl()
      : body(register_module(
            "body", torch::nn::Sequential(
                        torch::nn::Conv2d(torch::nn::Conv2dOptions(4, 4, 3).padding(1)),
                        torch::nn::BatchNorm2d(4), torch::nn::ReLU(), torch::nn::Dropout(0.5)))) {}
  torch::Tensor forward(const torch::Tensor& x) { return x + body->forward(x); }
  torch::nn::Sequential body;
};
TORCH_MODULE(ResidualBlock);

/// Names of every kind that C++ takes, and a buffer that each call changes.
struct OddImpl : torch::nn::Module {
  OddImpl() {
    for (const char* name : {"w-1", "w 1", "w_1", "class", "training", "forward", "7"}) {
      odd_parameters.push_back(register_parameter(name, torch::randn({2})));
    }
    calls = register_buffer("calls", torch::zeros({1}));
  }
  torch::Tensor forward(const torch::Tensor& x) {
    calls.add_(1);
    torch::Tensor sum = x;
    for (const torch::Tensor& parameter : odd_parameters) sum = sum * parameter + calls * 0;
    return sum;
  }
  std::vector<torch::Tensor> odd_parameters;
  torch::Tensor calls;
};
TORCH_MODULE(Odd);

}  // namespace mnist
