#include "mnist/cnn_torchscript.hpp"

#include <torch/nn/functional/activation.h>

#include <vector>

#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/verify_kernels.hpp"
#include "mnist/torchscript.hpp"

namespace mnist {
namespace {

Forward with_softmax(Cnn model) {
  return [model](const std::vector<torch::Tensor>& inputs) mutable {
    return torch::softmax(model->forward(inputs.at(0)), 1);
  };
}

}  // namespace

torch::jit::Module to_torchscript(Cnn model) {
  const std::int64_t side = model->options.image_side;
  return trace(*model, with_softmax(model),
               {{"images", torch::zeros({1, 1, side, side}), {1, side, side}}});
}

void verify_torchscript(const std::string& bytes, Cnn model) {
  std::vector<std::vector<torch::Tensor>> batches;
  const std::int64_t side = model->options.image_side;
  for (const std::int64_t rows : {1, 7, 64}) {
    batches.push_back({torch::rand({rows, 1, side, side})});
  }
  {
    // The trace has LibTorch's operators too: both are to give the same bits, or nearly so, however
    // large the weights make a rounding in the kernels.
    const NoKernelsGuard no_kernels;
    verify(bytes, *model, with_softmax(model), batches);
  }
  model->eval();
  verify_kernels(*model->layers, channels_innermost(batches.back().front()));
}

}  // namespace mnist
