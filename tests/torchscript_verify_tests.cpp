#include <torch/script.h>
#include <torch/torch.h>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/torchscript.hpp"
#include "torchscript_modules.hpp"

using namespace mnist;
namespace nn = torch::nn;

namespace {

struct BranchImpl : nn::Module {
  torch::Tensor forward(const torch::Tensor& x) { return x.mean().item<float>() > 0 ? x : x * 3; }
};
TORCH_MODULE(Branch);

struct FixedBatchImpl : nn::Module {
  torch::Tensor forward(const torch::Tensor& x) { return x.reshape({x.size(0), 4}); }
};
TORCH_MODULE(FixedBatch);

}  // namespace

TEST_CASE("a module that branches on its input is refused with the largest difference",
          "[torchscript]") {
  Branch branch;
  const Forward forward = forward_of(branch);
  const std::string bytes = serialize(trace(*branch, forward, {{"x", torch::ones({1, 2})}}));
  CHECK_NOTHROW(verify(bytes, *branch, forward, {{torch::ones({7, 2})}}));
  const std::string refusal = error_of<std::runtime_error>([&] {
    verify(bytes, *branch, forward, {{torch::ones({7, 2})}, {torch::full({7, 2}, -5.F)}});
  });
  CHECK(contains(refusal, "differs by up to 10"));
}

TEST_CASE("a batch size that became a constant is refused", "[torchscript]") {
  CHECK(
      contains(error_of<std::runtime_error>([] { traced(FixedBatch(), torch::zeros({1, 2, 2})); }),
               "the traced model fails for inputs [7, 2, 2]"));
}

TEST_CASE("a damaged file is not proved", "[torchscript]") {
  nn::Linear layer(2, 2);
  const Forward forward = forward_of(layer);
  const std::string bytes = serialize(trace(*layer, forward, {{"x", torch::zeros({1, 2})}}));
  CHECK_THROWS(verify(bytes.substr(0, bytes.size() / 2), *layer, forward, {}));
}

TEST_CASE("tracing and proving leave the module as it was", "[torchscript]") {
  torch::manual_seed(8);
  ResidualBlock block;
  block->forward(torch::randn({8, 4, 5, 5})).sum().backward();
  block->body[1]->eval();  // a frozen batch norm in a module that trains
  std::vector<torch::Tensor> before;
  for (const auto& parameter : block->parameters()) before.push_back(parameter.grad().clone());
  traced(block, torch::zeros({1, 4, 5, 5}));
  CHECK(block->is_training());
  CHECK(block->body[0]->is_training());
  CHECK_FALSE(block->body[1]->is_training());
  CHECK(block->body[3]->is_training());
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(torch::equal(block->parameters()[i].grad(), before[i]));
  }

  Odd odd;
  const Forward forward = forward_of(odd);
  verify(serialize(trace(*odd, forward, {{"x", torch::zeros({1, 2})}})), *odd, forward, {});
  CHECK(odd->calls.item<float>() == 0);
}
