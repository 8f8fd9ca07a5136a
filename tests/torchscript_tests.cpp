#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/cnn.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/kernels/with_kernels.hpp"
#include "mnist/torchscript.hpp"
#include "torchscript_modules.hpp"

using namespace mnist;
namespace nn = torch::nn;

namespace {

std::vector<std::string> parameter_names(const torch::jit::Module& module) {
  std::vector<std::string> names;
  for (const auto& parameter : module.named_parameters()) names.push_back(parameter.name);
  return names;
}

struct LstmImpl : nn::Module {
  LstmImpl() : lstm(register_module("lstm", nn::LSTM(nn::LSTMOptions(5, 8).num_layers(2)))) {}
  /// The state is made of the input, [time, batch, 5], so that its batch size stays free.
  torch::Tensor forward(const torch::Tensor& batch_first) {
    const torch::Tensor x = batch_first.transpose(0, 1);
    const torch::Tensor zero =
        torch::zeros_like(x.slice(0, 0, 2).slice(2, 0, 1)).expand({2, -1, 8});
    return std::get<0>(lstm->forward(x, std::make_tuple(zero.contiguous(), zero.contiguous())));
  }
  nn::LSTM lstm;
};
TORCH_MODULE(Lstm);

struct AttentionImpl : nn::Module {
  AttentionImpl()
      : query(register_module("query", nn::Linear(6, 6))),
        key(register_module("key", nn::Linear(6, 6))),
        value(register_module("value", nn::Linear(6, 6))) {}
  torch::Tensor forward(const torch::Tensor& x) {
    const torch::Tensor scores = query->forward(x).matmul(key->forward(x).transpose(1, 2));
    return torch::softmax(scores / std::sqrt(6.0), 2).matmul(value->forward(x));
  }
  nn::Linear query, key, value;
};
TORCH_MODULE(Attention);

/// One layer under two names, and a parameter that a second layer shares.
struct SharedImpl : nn::Module {
  SharedImpl() : first(register_module("first", nn::Linear(3, 3))), tied(nn::Linear(3, 3)) {
    register_module("again", first.ptr());
    tied->weight = tied->register_parameter("weight_of_first", first->weight);
    register_module("tied", tied);
  }
  torch::Tensor forward(const torch::Tensor& x) {
    return tied->forward(first->forward(torch::relu(first->forward(x))));
  }
  nn::Linear first, tied;
};
TORCH_MODULE(Shared);

}  // namespace

TEST_CASE("the network is traced, with its names and the input's", "[torchscript]") {
  torch::manual_seed(1);
  Cnn model;
  const torch::jit::Module script = reload(traced(model, torch::zeros({1, 1, 28, 28})));
  std::vector<std::string> expected;
  for (const auto& parameter : model->named_parameters()) expected.push_back(parameter.key());
  CHECK(parameter_names(script) == expected);
  CHECK(script.get_method("forward").function().getSchema().arguments().at(1).name() == "x");
  // Its linear layers are whole ones, which other programs know how to run fast.
  std::vector<std::string> operators;
  for (const auto* node : script.get_method("forward").graph()->nodes()) {
    operators.emplace_back(node->kind().toQualString());
  }
  CHECK(std::ranges::count(operators, "aten::linear") == 2);
}

TEST_CASE("a residual block with batch norm is traced after training steps", "[torchscript]") {
  torch::manual_seed(3);
  ResidualBlock block;
  for (int step = 0; step < 3; ++step) block->forward(torch::randn({8, 4, 5, 5}) * 3 + 1);
  const torch::jit::Module script = reload(traced(block, torch::zeros({1, 4, 5, 5})));
  CHECK(script.buffers().size() == block->buffers().size());
  CHECK(script.attr("body")
            .toModule()
            .attr("1")
            .toModule()
            .attr("num_batches_tracked")
            .toTensor()
            .item<std::int64_t>() == 3);
}

TEST_CASE("recurrent and attention layers are traced", "[torchscript]") {
  torch::manual_seed(4);
  CHECK_NOTHROW(traced(Lstm(), torch::zeros({1, 9, 5})));
  CHECK_NOTHROW(traced(Attention(), torch::zeros({1, 9, 6})));
}

TEST_CASE("what is shared in the module is shared in the file", "[torchscript]") {
  torch::manual_seed(5);
  Shared shared;
  const torch::jit::Module script = reload(traced(shared, torch::zeros({1, 3})));
  const auto layer = [&](const char* name) { return script.attr(name).toModule(); };
  CHECK(layer("first")._ivalue() == layer("again")._ivalue());
  CHECK(layer("tied")
            .attr("weight_of_first")
            .toTensor()
            .is_alias_of(layer("first").attr("weight").toTensor()));
}

TEST_CASE("a function of two inputs may return two outputs", "[torchscript]") {
  torch::manual_seed(6);
  nn::Bilinear layer(3, 4, 5);
  const Forward forward = [&](const std::vector<torch::Tensor>& x) -> torch::IValue {
    return std::make_tuple(layer->forward(x.at(0), x.at(1)), x.at(0).sum(1));
  };
  const auto script =
      trace(*layer, forward, {{"left", torch::zeros({1, 3})}, {"right", torch::zeros({1, 4})}});
  const std::vector<torch::Tensor> inputs = {torch::randn({7, 3}), torch::randn({7, 4})};
  CHECK_NOTHROW(verify(serialize(script), *layer, forward, {inputs}));
  const auto output = reload(script).forward({inputs[0], inputs[1]}).toTuple();
  CHECK(torch::equal(output->elements().at(1).toTensor(), inputs[0].sum(1)));
}

TEST_CASE("parameters may have any type", "[torchscript]") {
  torch::manual_seed(7);
  Attention attention;
  attention->to(torch::kFloat64);
  const auto script =
      reload(traced(attention, torch::zeros({1, 9, 6}, torch::dtype(torch::kFloat64))));
  CHECK(script.attr("key").toModule().attr("bias").toTensor().scalar_type() == torch::kFloat64);
}

TEST_CASE("names that TorchScript cannot hold are mapped", "[torchscript]") {
  CHECK(torchscript_name("conv1") == "conv1");
  CHECK(torchscript_name("0") == "0");
  CHECK(torchscript_name("layer.0") == "layer_0");
  CHECK(torchscript_name("größe") == "gr____e");
  CHECK(torchscript_name("class") == "class_");
  CHECK(torchscript_name("training") == "training_");
  CHECK(torchscript_name("") == "_");
  Odd odd;
  const Forward forward = forward_of(odd);
  const auto script = trace(*odd, forward, {{"self", torch::zeros({1, 2})}});
  CHECK_NOTHROW(verify(serialize(script), *odd, forward, {{torch::randn({5, 2})}}));
  CHECK(parameter_names(reload(script)) ==
        std::vector<std::string>{"w_1", "w_1_", "w_1__", "class_", "training_", "forward_", "7"});
}

TEST_CASE("a traced module is in evaluation mode, dropout left out", "[torchscript]") {
  nn::Dropout dropout(0.5);
  torch::jit::Module script = reload(traced(dropout, torch::zeros({1, 8})));
  CHECK_FALSE(script.is_training());
  CHECK(dropout->is_training());
  script.train();
  CHECK(torch::equal(script.forward({torch::ones({1, 8})}).toTensor(), torch::ones({1, 8})));
}

TEST_CASE("a traced module refuses rows of other sizes, in words", "[torchscript]") {
  nn::Linear layer(4, 2);
  const auto script = trace(*layer, forward_of(layer), {{"x", torch::zeros({1, 4}), {4}}});
  torch::jit::Module loaded = reload(script);
  const torch::Tensor rows = torch::rand({3, 4});
  CHECK(torch::equal(loaded.forward({rows}).toTensor(), layer->forward(rows)));
  for (const torch::Tensor& other :
       {torch::rand({3, 5}), torch::rand({4}), torch::rand({2, 3, 4})}) {
    const auto refusal = error_of<std::exception>([&] { loaded.forward({other}); });
    CHECK(contains(refusal, c10::str("expected x [N, 4], found ", other.sizes())));
  }
}

TEST_CASE("the network that refuses other shapes runs on the kernels all the same",
          "[torchscript]") {
  const auto fast = with_kernels(reload(to_torchscript(Cnn())));
  REQUIRE(fast);
  std::vector<std::string> operators;
  for (const auto* node : fast->get_method("forward").graph()->nodes()) {
    operators.emplace_back(node->kind().toQualString());
  }
  CHECK(std::ranges::count(operators, "mnist::conv_relu_pool") == 2);
  CHECK(std::ranges::count(operators, "mnist::linear") == 2);
}

TEST_CASE("extra files come back with the module", "[torchscript]") {
  nn::Linear layer(2, 2);
  const auto script = trace(*layer, forward_of(layer), {{"x", torch::zeros({1, 2})}});
  std::istringstream stream(serialize(script, {{"metadata.json", "{\"seed\": 1}"}}));
  torch::jit::ExtraFilesMap extra_files = {{"metadata.json", ""}};
  torch::jit::load(stream, torch::kCPU, extra_files);
  CHECK(extra_files.at("metadata.json") == "{\"seed\": 1}");
}
