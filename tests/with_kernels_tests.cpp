#include <fmt/format.h>
#include <torch/script.h>
#include <torch/torch.h>

#include <string>

#include "catch.hpp"
#include "mnist/kernels/with_kernels.hpp"

using namespace mnist;

namespace {

/// A module of one convolution, a ReLU and a pooling, and of a linear layer, in TorchScript's own
/// language, as Python writes it.
torch::jit::Module scripted(const std::string& body) {
  torch::jit::Module module("scripted");
  module.register_parameter("weight", torch::randn({8, 4, 3, 3}), false);
  module.register_parameter("bias", torch::randn({8}), false);
  module.register_parameter("fc", torch::randn({5, 8 * 5 * 5}), false);
  module.register_parameter("fc_bias", torch::randn({5}), false);
  module.define(fmt::format("def forward(self, x):\n  return {}\n", body));
  module.eval();
  return module;
}

int count(const torch::jit::Module& module, const std::string& name) {
  int found = 0;
  for (const auto* node : module.get_method("forward").graph()->nodes()) {
    found += node->kind().toQualString() == name ? 1 : 0;
  }
  return found;
}

torch::Tensor answer(torch::jit::Module module, const torch::Tensor& x) {
  const torch::NoGradGuard no_grad;
  return module.forward({x}).toTensor();
}

bool close(const torch::Tensor& a, const torch::Tensor& b) {
  return a.sizes() == b.sizes() && torch::allclose(a, b, 1e-4, 1e-4);
}

}  // namespace

TEST_CASE("a saved model gets the kernels for its layers, and answers as before",
          "[with_kernels]") {
  torch::manual_seed(1);
  const std::string convolution = "torch.conv2d(x, self.weight, self.bias)";
  for (const std::string body :
       {"torch.max_pool2d(torch.relu({}), [2, 2])", "torch.relu(torch.max_pool2d({}, [2, 2]))",
        "torch.relu(torch.max_pool2d({}, [2, 2], [2, 2]))"}) {
    const torch::jit::Module module = scripted(fmt::format(fmt::runtime(body), convolution));
    const torch::jit::Module fast = with_kernels(module).value();
    CHECK(count(fast, "mnist::conv_relu_pool") == 1);
    CHECK(count(fast, "aten::conv2d") == 0);
    const torch::Tensor x = torch::randn({3, 4, 12, 13});
    CHECK(close(answer(fast, x), answer(module, x)));
    const torch::Tensor last = x.contiguous(torch::MemoryFormat::ChannelsLast);
    CHECK(close(answer(fast, last), answer(module, last)));
    CHECK(count(module, "aten::conv2d") == 1);
  }
  const torch::jit::Module linear = scripted("torch.linear(x, self.fc, self.fc_bias)");
  CHECK(count(with_kernels(linear).value(), "mnist::linear") == 1);
  const torch::Tensor x = torch::randn({7, 200});
  CHECK(close(answer(with_kernels(linear).value(), x), answer(linear, x)));
}

TEST_CASE("a saved model gets the kernels for convolutions with a padding", "[with_kernels]") {
  torch::manual_seed(5);
  const torch::Tensor x = torch::randn({3, 4, 11, 12});
  const std::string convolution = "torch.conv2d(x, self.weight, self.bias, [1, 1], [{0}, {0}])";
  const auto with_padding = [&](int padding) {
    return fmt::format(fmt::runtime(convolution), padding);
  };
  const torch::jit::Module pooled =
      scripted(fmt::format("torch.relu(torch.max_pool2d({}, 2))", with_padding(2)));
  CHECK(count(with_kernels(pooled).value(), "mnist::conv_relu_pool") == 1);
  CHECK(close(answer(with_kernels(pooled).value(), x), answer(pooled, x)));
  torch::jit::Module same =
      scripted(fmt::format("torch.relu({}).view(x.size(0), -1)", with_padding(1)));
  CHECK(count(with_kernels(same).value(), "mnist::conv_relu") == 1);
  CHECK(close(answer(with_kernels(same).value(), x), answer(same, x)));
  same.setattr("weight", torch::randn({8, 8, 3, 3}));
  const torch::Tensor wide = torch::randn({3, 8, 11, 12});  // enough channels for the kernel itself
  CHECK(close(answer(with_kernels(same).value(), wide), answer(same, wide)));
}

TEST_CASE("layers that the kernels do not do stay LibTorch's", "[with_kernels]") {
  torch::manual_seed(2);
  for (const std::string body :
       {"torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias, [2, 2]), [2, 2]))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias, [1, 1], [1, 0]), 2))",
        "torch.relu(torch.conv2d(x, self.weight, self.bias))",
        "torch.relu(torch.conv2d(x, self.weight, self.bias, [1, 1], [2, 2]))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias, [1, 1], [0, 0], "
        "[2, 2]), 2))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight), 2))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.fc_bias), 2))",
        "torch.linear(x, self.fc, self.bias)",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias), 3))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias), 2, 1))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias), 2, 2, 1))",
        "torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias), 2, 2, 0, 1, True))",
        "torch.max_pool2d(torch.sigmoid(torch.conv2d(x, self.weight, self.bias)), 2)"}) {
    CAPTURE(body);
    CHECK_FALSE(with_kernels(scripted(body)));
  }
}

TEST_CASE("what follows a convolution finds its result in LibTorch's order", "[with_kernels]") {
  torch::manual_seed(4);
  const std::string layer = "torch.relu(torch.max_pool2d(torch.conv2d({}, self.{}, self.bias), 2))";
  const torch::Tensor x = torch::randn({3, 4, 12, 12});
  const torch::jit::Module one =
      scripted(fmt::format(fmt::runtime(layer), "x", "weight") + ".view(x.size(0), -1)");
  REQUIRE(count(with_kernels(one).value(), "mnist::conv_relu_pool") == 1);
  CHECK(close(answer(with_kernels(one).value(), x), answer(one, x)));
  CHECK(close(answer(with_kernels(one).value(), x.contiguous(torch::MemoryFormat::ChannelsLast)),
              answer(one, x)));

  torch::jit::Module two = scripted("x");
  two.register_parameter("second", torch::randn({8, 8, 2, 2}), false);
  const std::string inner = fmt::format(fmt::runtime(layer), "x", "weight");
  two.define(fmt::format("def run(self, x):\n  return {}.view(-1, 32)\n",
                         fmt::format(fmt::runtime(layer), inner, "second")));
  torch::jit::Module both("both");
  both.register_module("two", two);
  both.define(
      "def forward(self, x):\n"
      "  if x.size(0) > 2:\n"
      "    return self.two.run(x)\n"
      "  return self.two.run(x + 1)\n");
  both.eval();
  for (const auto& images : {x, x.slice(0, 0, 2)}) {
    CHECK(close(answer(with_kernels(both).value(), images), answer(both, images)));
  }
}

TEST_CASE("a result that is needed twice is not fused away", "[with_kernels]") {
  torch::manual_seed(3);
  const torch::Tensor x = torch::randn({2, 4, 12, 12});
  torch::jit::Module twice("twice");
  twice.register_parameter("weight", torch::randn({8, 4, 3, 3}), false);
  twice.register_parameter("bias", torch::randn({8}), false);
  twice.define(
      "def forward(self, x):\n"
      "  y = torch.conv2d(x, self.weight, self.bias)\n"
      "  return torch.relu(torch.max_pool2d(y, 2)).sum() + y.sum()\n");
  twice.eval();
  CHECK(close(answer(with_kernels(twice).value_or(twice), x), answer(twice, x)));
}
