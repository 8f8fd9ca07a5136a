#include <torch/script.h>
#include <torch/torch.h>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/classifier.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/torchscript.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

/// A TorchScript model with this body.
Classifier scripted(const std::string& body, const ClassifierOptions& options = {}) {
  torch::jit::Module module("Scripted");
  module.define(fmt::format("def forward(self, images):\n{}", body));
  return {module, torch::kCPU, options};
}

std::string answer_of(const std::string& body) {
  return error_of([&] { scripted(body); });
}

}  // namespace

TEST_CASE("probabilities come in the order of the images, over all batches", "[classifier]") {
  Classifier brightness = scripted(
      "    ink = images.flatten(1).mean(1, keepdim=True)\n"
      "    return torch.cat([ink, 1 - ink, torch.zeros([images.size(0), 8])], 1)\n");
  const torch::Tensor images = torch::rand({1203, 1, 28, 28});
  const torch::Tensor output = brightness.probabilities(images);
  CHECK(output.sizes() == torch::IntArrayRef{1203, 10});
  CHECK(torch::allclose(output.select(1, 0), images.flatten(1).mean(1)));
}

TEST_CASE("probabilities, their logarithms and logits are told apart and become probabilities",
          "[classifier]") {
  const std::string logits = "images.flatten(1)[:, 300:310] * 4 - 1";
  const torch::Tensor images = torch::rand({50, 1, 28, 28});
  const torch::Tensor expected =
      torch::softmax(images.flatten(1).slice(1, 300, 310).mul(4).sub(1), 1);
  for (const auto& [answer, output] :
       {std::pair{fmt::format("torch.softmax({}, 1)", logits), Output::kProbabilities},
        std::pair{fmt::format("torch.log_softmax({}, 1)", logits), Output::kLogProbabilities},
        std::pair{logits, Output::kLogits}, std::pair{logits + " + 7", Output::kLogits},
        std::pair{logits + " - 7", Output::kLogits},
        std::pair{fmt::format("torch.softmax({}, 1).double()", logits), Output::kProbabilities}}) {
    Classifier classifier = scripted(fmt::format("    return {}\n", answer));
    CHECK(classifier.output() == output);
    CHECK(torch::allclose(classifier.probabilities(images), expected, 1e-5, 1e-6));
  }
}

TEST_CASE("a probability of zero may have minus infinity for a logarithm", "[classifier]") {
  Classifier sure = scripted(
      "    answer = torch.zeros([images.size(0), 10])\n"
      "    answer[:, 4] = 1\n"
      "    return answer.log()\n");
  CHECK(sure.output() == Output::kLogProbabilities);
  CHECK(sure.probabilities(torch::zeros({2, 1, 28, 28})).select(1, 4).sum().item<float>() == 2);
}

TEST_CASE("a model that counts on another memory format runs without the kernels", "[classifier]") {
  const auto classifier = [](const std::string& flatten) {
    torch::jit::Module module("Scripted");
    module.register_parameter(
        "weight", torch::randn({2, 4, 9, 9}).contiguous(torch::MemoryFormat::ChannelsLast), false);
    module.register_parameter("bias", torch::zeros({2}), false);
    module.define(fmt::format(
        "def forward(self, images):\n"
        "    x = images.expand(-1, 4, -1, -1).contiguous(memory_format=2)\n"  // channels last
        "    x = torch.relu(torch.max_pool2d(torch.conv2d(x, self.weight, self.bias), 2))\n"
        "    return x.permute(0, 2, 3, 1).{}(x.size(0), -1)[:, :10]\n",
        flatten));
    return Classifier(module, torch::kCPU);
  };
  Classifier with = classifier("reshape"), without = classifier("view");
  CHECK(with.runs_on_kernels());
  CHECK_FALSE(without.runs_on_kernels());
  const torch::Tensor images = torch::rand({3, 1, 28, 28});
  CHECK(without.probabilities(images).sizes() == torch::IntArrayRef{3, 10});
}

TEST_CASE("a classifier leaves the global generator alone", "[classifier]") {
  torch::manual_seed(9);
  const torch::Tensor expected = torch::rand({4});
  torch::manual_seed(9);
  scripted("    return images.flatten(1)[:, :10]\n");
  CHECK(torch::equal(torch::rand({4}), expected));
}

TEST_CASE("a saved model loads, and a module in training mode is set to evaluation",
          "[classifier]") {
  const TemporaryFolder folder;
  torch::jit::Module module("Scripted");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(
      "def forward(self, images):\n    return images.flatten(1)[:, :10] * "
      "int(self.training)\n");
  write_file_atomically(folder / "model.pt", serialize(module));
  Classifier classifier = Classifier::load(folder / "model.pt", torch::kCPU);
  CHECK(classifier.probabilities(torch::rand({2, 1, 28, 28})).eq(0.1F).all().item<bool>());
}

TEST_CASE("what is no classifier is refused in one line", "[classifier]") {
  const TemporaryFolder folder;
  const auto load_error = [](const std::filesystem::path& path) {
    const auto message = error_of([&] { Classifier::load(path, torch::kCPU); });
    CHECK_FALSE(contains(message, "\n"));
    CHECK(contains(message, fmt::format("'{}' is not a TorchScript classifier", path.string())));
    return message;
  };
  CHECK(contains(load_error(folder / "none.pt"), "it is not there"));
  CHECK(contains(load_error(folder.path()), "it is a folder"));
  write_file_atomically(folder / "empty.pt", "");
  CHECK(contains(load_error(folder / "empty.pt"), "it is empty"));
  write_file_atomically(folder / "text.pt", "this is text, and rather short");
  CHECK(contains(load_error(folder / "text.pt"), "it is not a zip archive"));
  torch::save(torch::zeros({3}), (folder / "tensor.pt").string());
  CHECK(contains(load_error(folder / "tensor.pt"), "no method 'forward'"));
  const std::vector<char> pickle = torch::pickle_save(torch::zeros({3}));
  write_file_atomically(folder / "pickle.pt", {pickle.data(), pickle.size()});
  CHECK(contains(load_error(folder / "pickle.pt"), "pickled tensors without code"));

  torch::jit::Module module("Scripted");
  module.define("def forward(self, images):\n    return images.flatten(1)[:, :10]\n");
  const std::string bytes = serialize(module);
  write_file_atomically(folder / "whole.pt", bytes);
  CHECK_NOTHROW(Classifier::load(folder / "whole.pt", torch::kCPU));
  for (const std::size_t size : {bytes.size() - 1, bytes.size() / 2}) {
    write_file_atomically(folder / "cut.pt", bytes.substr(0, size));
    CHECK(contains(load_error(folder / "cut.pt"), "its end is missing"));
  }
}

TEST_CASE("a model that answers with something else is refused in one line", "[classifier]") {
  CHECK(contains(answer_of("    return images.size(0)\n"), "expected a tensor"));
  CHECK(contains(answer_of("    return torch.ones([images.size(0), 1])\n"), "[7, 1]: expected"));
  CHECK(contains(answer_of("    return torch.ones([images.size(0), 5, 2])\n"), "[7, 5, 2]: exp"));
  CHECK(contains(answer_of("    return images.flatten(1)[:, :10].long()\n"), "Long [7, 10]"));
  CHECK(contains(answer_of("    return torch.log(-torch.ones([images.size(0), 10]))\n"), "NaN"));
  const auto message = answer_of("    return images.reshape([-1, 5])\n");
  CHECK(contains(message, "cannot classify"));
  CHECK_FALSE(contains(message, "\n"));
}
