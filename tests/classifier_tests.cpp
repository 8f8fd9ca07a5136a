#include <torch/script.h>
#include <torch/torch.h>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/atomic_file.hpp"
#include "mnist/classifier.hpp"
#include "mnist/torchscript.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

/// A TorchScript model with this body.
Classifier scripted(const std::string& body) {
  torch::jit::Module module("Scripted");
  module.define("def forward(self, images):\n" + body);
  return {module, torch::kCPU};
}

std::string answer_of(const std::string& body) {
  return error_of([&] { scripted(body).probabilities(torch::zeros({3, 1, 28, 28})); });
}

}  // namespace

TEST_CASE("probabilities come in the order of the images, over all batches", "[classifier]") {
  Classifier mean_of_pixels =
      scripted("    return images.flatten(1).mean(1, keepdim=True).expand(-1, 10)\n");
  const torch::Tensor images = torch::rand({1203, 1, 28, 28});
  const torch::Tensor output = mean_of_pixels.probabilities(images);
  CHECK(output.sizes() == torch::IntArrayRef{1203, 10});
  CHECK(torch::allclose(output.select(1, 9), images.flatten(1).mean(1)));
}

TEST_CASE("a saved model loads, and a module in training mode is set to evaluation",
          "[classifier]") {
  const TemporaryFolder folder;
  torch::jit::Module module("Scripted");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define(
      "def forward(self, images):\n    return torch.ones([images.size(0), 10]) * "
      "int(self.training)\n");
  write_file_atomically(folder / "model.pt", serialize(module));
  Classifier classifier = Classifier::load(folder / "model.pt", torch::kCPU);
  CHECK(classifier.probabilities(torch::zeros({2, 1, 28, 28})).sum().item<float>() == 0);
}

TEST_CASE("what is no model is refused in one line", "[classifier]") {
  const TemporaryFolder folder;
  const auto load_error = [](const std::filesystem::path& path) {
    const auto message = error_of([&] { Classifier::load(path, torch::kCPU); });
    CHECK_FALSE(contains(message, "\n"));
    return message;
  };
  CHECK(contains(load_error(folder / "none.pt"), "none.pt' is not there"));
  CHECK(contains(load_error(folder.path()), "is not a regular file"));
  write_file_atomically(folder / "empty.pt", "");
  CHECK(contains(load_error(folder / "empty.pt"), "empty.pt' is not a TorchScript model"));
  write_file_atomically(folder / "text.pt", "this is text, and rather short");
  CHECK(contains(load_error(folder / "text.pt"), "text.pt' is not a TorchScript model"));
  torch::save(torch::zeros({3}), (folder / "tensor.pt").string());
  CHECK(contains(load_error(folder / "tensor.pt"), "tensor.pt' is not a TorchScript model"));
}

TEST_CASE("a model that answers with something else is refused in one line", "[classifier]") {
  CHECK(contains(answer_of("    return images.size(0)\n"), "expected a tensor"));
  CHECK(contains(answer_of("    return torch.ones([images.size(0), 9])\n"),
                 "[3, 9]: expected [3, 10]"));
  CHECK(contains(answer_of("    return torch.ones([10])\n"), "[10]: expected [3, 10]"));
  CHECK(contains(answer_of("    return torch.log(-torch.ones([images.size(0), 10]))\n"), "NaN"));
  const auto message = answer_of("    return images.reshape([-1, 5])\n");
  CHECK(contains(message, "cannot classify"));
  CHECK_FALSE(contains(message, "\n"));
}
