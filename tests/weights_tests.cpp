#include <torch/torch.h>

#include <set>
#include <string>

#include "catch.hpp"
#include "mnist/cnn.hpp"
#include "mnist/files/sha256.hpp"
#include "mnist/torchscript.hpp"
#include "mnist/weights.hpp"

using namespace mnist;

namespace {

NamedTensors example() {
  return {{"fc.weight", torch::tensor({0.0F, 0.5F, -1.0F, 2.0F, 3.25F, 1e-3F}).reshape({2, 3})},
          {"steps", torch::tensor(7, torch::kInt64)},
          {"fc.bias", torch::tensor({true, false})}};
}

}  // namespace

TEST_CASE("the digest of weights is the one that Python computes", "[weights]") {
  // import hashlib, struct
  // sha256 = lambda data: hashlib.sha256(data).hexdigest()
  // sha256("".join((
  //     f"fc.bias bool [2] {sha256(bytes([1, 0]))}\n",
  //     f"fc.weight float32 [2, 3] {sha256(struct.pack('<6f', 0, .5, -1, 2, 3.25, 1e-3))}\n",
  //     f"steps int64 [] {sha256(struct.pack('<q', 7))}\n")).encode())
  CHECK(weights_sha256(example()) ==
        "2d66cdfd1dd23e1dddcb91f39886aac16f9b019b0776fb63e59a8a4e8b1baee5");
  CHECK(weights_sha256(NamedTensors()) == sha256(std::string()));
}

TEST_CASE("the digest of weights does not depend on their order in memory", "[weights]") {
  const torch::Tensor values = torch::rand({4, 3, 2, 2});
  const std::string expected = weights_sha256({{"weight", values}});
  CHECK(weights_sha256({{"weight", values.contiguous(torch::MemoryFormat::ChannelsLast)}}) ==
        expected);
  CHECK(weights_sha256({{"weight", torch::stack({values, values}).select(0, 1)}}) == expected);
  CHECK(weights_sha256({{"weight", values.transpose(0, 1).contiguous().transpose(0, 1)}}) ==
        expected);
}

TEST_CASE("names, types, shapes and values each change the digest of weights", "[weights]") {
  const torch::Tensor values = torch::arange(6, torch::kInt32);
  std::set<std::string> digests;
  for (const NamedTensors& weights :
       {NamedTensors{{"a", values}}, NamedTensors{{"b", values}},
        NamedTensors{{"a", values.view(torch::kFloat32)}},
        NamedTensors{{"a", values.reshape({2, 3})}}, NamedTensors{{"a", values.reshape({3, 2})}},
        NamedTensors{{"a", values + 1}}, NamedTensors{{"a", values}, {"b", values}}}) {
    digests.insert(weights_sha256(weights));
  }
  CHECK(digests.size() == 7);
}

TEST_CASE("a traced network has the digest of its module", "[weights]") {
  torch::manual_seed(1);
  Cnn model;
  const Forward forward = [&](const std::vector<torch::Tensor>& inputs) {
    return model->forward(inputs.at(0));
  };
  const torch::jit::Module script =
      trace(*model, forward, {{"images", torch::zeros({1, 1, 28, 28})}});
  CHECK(weights_sha256(script) == weights_sha256(weights_of(*model)));
}
