#include <torch/script.h>
#include <torch/torch.h>

#include <sstream>

#include "catch.hpp"
#include "mnist/cnn.hpp"
#include "mnist/torchscript.hpp"

using namespace mnist;

namespace {

torch::jit::Module reload(const torch::jit::Module& module) {
  std::istringstream stream(serialize(module));
  return torch::jit::load(stream);
}

struct ResidualBlockImpl : torch::nn::Module {
  ResidualBlockImpl()
      : body(register_module(
            "body",
            torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(4, 4, 3).padding(1)),
                                  torch::nn::BatchNorm2d(4), torch::nn::ReLU()))) {}
  torch::Tensor forward(const torch::Tensor& x) { return x + body->forward(x); }
  torch::nn::Sequential body;
};
TORCH_MODULE(ResidualBlock);

}  // namespace

TEST_CASE("a traced and reloaded network gives the module's outputs at any batch size",
          "[torchscript]") {
  torch::manual_seed(1);
  Cnn model;
  const auto forward = [&](const torch::Tensor& x) { return torch::softmax(model->forward(x), 1); };
  auto script = reload(trace(*model, forward, torch::zeros({1, 1, 28, 28}), "images"));
  model->eval();
  for (const std::int64_t batch : {1, 7, 64}) {
    const torch::Tensor images = torch::rand({batch, 1, 28, 28});
    CHECK(torch::allclose(script.forward({images}).toTensor(), forward(images), 1e-5, 1e-6));
  }
}

TEST_CASE("a traced module has the parameters' names and the input's", "[torchscript]") {
  Cnn model;
  const auto forward = [&](const torch::Tensor& x) { return model->forward(x); };
  const auto script = reload(trace(*model, forward, torch::zeros({1, 1, 28, 28}), "images"));
  std::vector<std::string> expected, found;
  for (const auto& parameter : model->named_parameters()) expected.push_back(parameter.key());
  for (const auto& parameter : script.named_parameters()) found.push_back(parameter.name);
  CHECK(found == expected);
  CHECK(script.get_method("forward").function().getSchema().arguments().at(1).name() == "images");
}

TEST_CASE("tracing records evaluation and leaves the module training", "[torchscript]") {
  torch::manual_seed(2);
  Cnn model;
  model->train();
  const auto forward = [&](const torch::Tensor& x) { return model->forward(x); };
  auto script = reload(trace(*model, forward, torch::zeros({1, 1, 28, 28}), "images"));
  CHECK(model->is_training());
  CHECK(model->layers->named_children()["dropout"]->is_training());
  CHECK_FALSE(script.is_training());
  const torch::Tensor images = torch::rand({4, 1, 28, 28});
  CHECK(torch::equal(script.forward({images}).toTensor(), script.forward({images}).toTensor()));
}

TEST_CASE("batch norm's running statistics are traced as buffers", "[torchscript]") {
  torch::manual_seed(3);
  ResidualBlock block;
  block->forward(torch::randn({8, 4, 5, 5}) * 3 + 1);
  const auto forward = [&](const torch::Tensor& x) { return block->forward(x); };
  auto script = reload(trace(*block, forward, torch::zeros({1, 4, 5, 5}), "x"));
  block->eval();
  const torch::Tensor input = torch::randn({2, 4, 5, 5});
  CHECK(torch::allclose(script.forward({input}).toTensor(), block->forward(input), 1e-5, 1e-6));
  CHECK(script.buffers().size() == block->buffers().size());
}
