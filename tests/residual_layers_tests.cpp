#include <torch/torch.h>

#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "kernel_checks.hpp"
#include "mnist/cnn.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/kernels/verify_kernels.hpp"
#include "mnist/residual_layers.hpp"
#include "mnist/torchscript.hpp"

using namespace mnist;

namespace {

/// A narrow one, which is quick.
CnnOptions residual(std::int64_t side = 28) {
  return {.architecture = Architecture::kResidual,
          .filters1 = 8,
          .kernel1 = 5,
          .dropout = 0.25,
          .image_side = side};
}

/// Logits, and the gradients of all parameters, of one training step.
Tensors training_step(Cnn model, const torch::Tensor& images) {
  torch::manual_seed(2);
  model->train();
  model->zero_grad();
  const torch::Tensor logits = model->forward(images);
  // Not around 0, which the logits' mean over the batch is at first: gradients of biases would
  // vanish.
  (logits - 1).square().sum().backward();
  Tensors all = {logits.detach()};
  for (const torch::Tensor& parameter : model->parameters()) all.push_back(parameter.grad());
  return all;
}

}  // namespace

TEST_CASE("the residual network takes images of any side", "[residual]") {
  for (const std::int64_t side : {8, 11, 12, 13, 28, 32, 64}) {
    CAPTURE(side);
    Cnn model(residual(side));
    model->eval();
    CHECK(model->forward(torch::rand({2, 1, side, side})).sizes() == torch::IntArrayRef({2, 10}));
  }
}

TEST_CASE("a residual block adds to its normalized input what its convolution makes of it",
          "[residual]") {
  torch::manual_seed(1);
  Residual block(8);
  block->eval();
  block->norm->running_mean.fill_(0.5);
  const torch::Tensor input = channels_last(torch::randn({3, 8, 5, 5}));
  const torch::Tensor x = block->norm->forward(input);
  const torch::Tensor expected = x + block->branch->forward(x);
  CHECK(torch::allclose(block->forward(input), expected, 1e-4, 1e-5));
}

TEST_CASE("a step of the residual network does not depend on the number of threads", "[residual]") {
  torch::manual_seed(1);
  Cnn model(residual());
  const torch::Tensor images = torch::rand({33, 1, 28, 28});
  const auto step = [&] { return training_step(model, images); };
  CHECK(same_bits(with_threads(1, step), with_threads(3, step)));
}

TEST_CASE("a step of the residual network is LibTorch's but for rounding and dropout",
          "[residual]") {
  torch::manual_seed(1);
  CnnOptions options = residual();
  options.dropout = 0;
  Cnn model(options);
  const torch::Tensor images = torch::rand({16, 1, 28, 28});
  const Tensors found = training_step(model, images);
  model->to(torch::kFloat64);
  const Tensors expected = training_step(model, images.to(torch::kFloat64));
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    // A maximum or a ReLU that a rounding turns moves single gradients by more than rounding does.
    CHECK(relative_error(found[i], expected[i]) < 1e-2);
  }
  CHECK(relative_error(found[0], expected[0]) < 1e-4);
}

TEST_CASE("the kernels within a residual block are proved with the others", "[residual]") {
  torch::manual_seed(3);
  Cnn model(residual(15));  // odd sides on the way
  model->eval();
  const torch::Tensor images = channels_last(torch::rand({3, 1, 15, 15}));
  CHECK_NOTHROW(verify_kernels(*model->layers, images));
  const std::string bytes = serialize(to_torchscript(model), {});
  CHECK_NOTHROW(verify_torchscript(bytes, model));
  const torch::NoGradGuard no_grad;
  Cnn other(residual(15));  // of other weights
  CHECK(contains(error_of<std::exception>([&] { verify_torchscript(bytes, other); }),
                 "is not the module"));
}
