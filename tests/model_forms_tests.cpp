#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/better_pixels.hpp"
#include "mnist/classifier.hpp"
#include "mnist/dataset.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/torchscript.hpp"
#include "temporary_folder.hpp"

using namespace mnist;

namespace {

/// A TorchScript model with this body.
torch::jit::Module module_of(const std::string& body) {
  torch::jit::Module module("Scripted");
  module.define(fmt::format("def forward(self, images):\n{}", body));
  return module;
}

Classifier classifier_of(const std::string& body, const ClassifierOptions& options = {}) {
  return {module_of(body), torch::kCPU, options};
}

/// Ten of an image's pixels as its logits.
const torch::Tensor& images() {
  static const torch::Tensor noise = torch::rand({9, 1, 28, 28});
  return noise;
}
torch::Tensor expected_logits() { return images().flatten(1).slice(1, 400, 410) * 8 - 4; }
torch::Tensor expected() { return torch::softmax(expected_logits(), 1); }
const std::string kLogits = "images.flatten(1)[:, 400:410] * 8 - 4";

bool noted(const Classifier& classifier, const std::string& part) {
  return std::ranges::any_of(classifier.notes(),
                             [&](const std::string& note) { return contains(note, part); });
}

void check_answers(Classifier& classifier, double tolerance = 1e-5) {
  CHECK(torch::allclose(classifier.probabilities(images()), expected(), 0, tolerance));
  // One alone, and more than a batch of the evaluation's.
  CHECK(torch::allclose(classifier.probabilities(images().slice(0, 0, 1)),
                        expected().slice(0, 0, 1), 0, tolerance));
  const torch::Tensor many = classifier.probabilities(images().repeat({15, 1, 1, 1}));
  CHECK(torch::allclose(many, expected().repeat({15, 1}), 0, tolerance));
}

const AnswerForm* form(Output output) {
  const auto forms = answer_forms();
  return &*std::ranges::find(forms, output, &AnswerForm::output);
}

const InputForm* input_form(std::string_view name) {
  const auto forms = input_forms();
  return &*std::ranges::find(forms, name, &InputForm::name);
}

}  // namespace

TEST_CASE("a model with our own signature gets no note", "[model_forms]") {
  Classifier ours = classifier_of(fmt::format("    return torch.softmax({}, 1)\n", kLogits));
  CHECK(ours.notes().empty());
  CHECK(ours.classes() == 10);
  CHECK(ours.image_side() == 28);
  check_answers(ours);
}

TEST_CASE("half precision's probabilities and logarithms are known for what they are",
          "[model_forms]") {
  // The numbers of LibTorch's types: 5 is float16, 15 is bfloat16.
  for (const int type : {5, 15}) {
    const std::string end = fmt::format(".to({})\n", type);
    Classifier probabilities =
        classifier_of(fmt::format("    return torch.softmax({}, 1){}", kLogits, end));
    CHECK(probabilities.output() == Output::kProbabilities);
    CHECK(probabilities.notes().empty());
    check_answers(probabilities, 0x1p-8);
    Classifier logarithms =
        classifier_of(fmt::format("    return torch.log_softmax({}, 1){}", kLogits, end));
    CHECK(logarithms.output() == Output::kLogProbabilities);
    Classifier logits = classifier_of(fmt::format("    return ({}){}", kLogits, end));
    CHECK(logits.output() == Output::kLogits);
  }
}

TEST_CASE("what the answers are taken for is said, and may be said ahead", "[model_forms]") {
  Classifier logits = classifier_of(fmt::format("    return {}\n", kLogits));
  CHECK(noted(logits, "answers are taken for logits"));
  Classifier sigmoid = classifier_of(fmt::format("    return torch.sigmoid({})\n", kLogits));
  CHECK(noted(sigmoid, "answers are taken for scores"));
  const torch::Tensor scores = torch::sigmoid(expected_logits());
  const torch::Tensor found = sigmoid.probabilities(images());
  CHECK(torch::allclose(found, scores / scores.sum(1, true), 1e-5, 1e-6));

  // Told so, the same numbers are logits, and logits the logarithms of probabilities.
  Classifier told = classifier_of(fmt::format("    return torch.sigmoid({})\n", kLogits),
                                  {.answers = form(Output::kLogits)});
  CHECK(told.notes().empty());
  CHECK(torch::allclose(told.probabilities(images()), torch::softmax(scores, 1), 1e-5, 1e-6));
}

TEST_CASE("answers of one image that lose a dimension are as good as rows", "[model_forms]") {
  for (const std::string end : {".squeeze()", ".unsqueeze(2).unsqueeze(3)", ".unsqueeze(1)",
                                ".unsqueeze(0)", ".flatten()"}) {
    CAPTURE(end);
    Classifier classifier =
        classifier_of(fmt::format("    return torch.softmax({}, 1){}\n", kLogits, end));
    CHECK(classifier.classes() == 10);
    check_answers(classifier);
  }
}

TEST_CASE("a model that fails with one image is given it twice", "[model_forms]") {
  Classifier classifier =
      classifier_of(fmt::format("    return torch.softmax(({}).squeeze(), 1)\n", kLogits));
  CHECK(noted(classifier, "fails with one image"));
  check_answers(classifier);
}

TEST_CASE("a model that was traced with a batch of 1 is asked one image at a time",
          "[model_forms]") {
  Classifier classifier = classifier_of(
      "    rows = images.view([1, 784])\n"
      "    return torch.softmax(rows[:, 400:410] * 8 - 4, 1)\n");
  CHECK(noted(classifier, "one image at a time"));
  check_answers(classifier);
}

TEST_CASE("a model that was left in training mode is called unsteady", "[model_forms]") {
  Classifier dropout =
      classifier_of(fmt::format("    return torch.dropout({}, 0.5, True)\n", kLogits));
  CHECK(noted(dropout, "differently each time"));
  Classifier normalized =
      classifier_of(fmt::format("    x = {}\n    return x - x.mean(0, keepdim=True)\n", kLogits));
  CHECK(noted(normalized, "depends on the images beside it"));
}

TEST_CASE("the answers are found in tuples, lists and dictionaries", "[model_forms]") {
  const std::string answer = fmt::format("torch.softmax({}, 1)", kLogits);
  for (const auto& [returned, place] :
       {std::pair{fmt::format("(images, {})", answer), "[1]"},
        std::pair{fmt::format("[images, images, {}]", answer), "[2]"},
        std::pair{fmt::format("{{'image': images, 'digits': {}}}", answer), "['digits']"},
        std::pair{fmt::format("(3, (images.flatten(1), {}))", answer), "[1][1]"}}) {
    CAPTURE(returned);
    Classifier classifier = classifier_of(fmt::format("    return {}\n", returned));
    CHECK(noted(classifier, fmt::format("taken from {}", place)));
    check_answers(classifier);
  }
  const std::string several =
      error_of([] { classifier_of("    x = images.flatten(1)\n    return x[:, :3], x[:, :4]\n"); });
  CHECK(contains(several, "(Float [7, 3], Float [7, 4]): expected one tensor"));
}

TEST_CASE("the form that images are taken in is found by trying", "[model_forms]") {
  const std::string softmax =
      "    return torch.softmax(x.reshape([-1, 784])[:, 400:410] * 8 - 4, 1)\n";
  const auto check = [&](const std::string& shape, const std::string& make, const char* name) {
    CAPTURE(name);
    const std::string body = fmt::format(
        "    assert images.dim() == {} and list(images.shape)[1:] == {}, 'not so'\n    x = {}\n{}",
        std::ranges::count(shape, ',') + 2, shape, make, softmax);
    Classifier classifier = classifier_of(body);
    CHECK(noted(classifier, name));
    check_answers(classifier);
    Classifier told = classifier_of(body, {.input = input_form(name)});
    CHECK(told.notes().empty());
    check_answers(told);
    if (std::string_view(name) != "flat") {
      CHECK(contains(error_of([&] { classifier_of(body, {.input = input_form("flat")}); }),
                     "not so"));
    }
  };
  check("[784]", "images", "flat");
  check("[28, 28]", "images", "matrices");
  check("[28, 28, 1]", "images", "channels-last");
  check("[1, 32, 32]", "images[:, :, 2:30, 2:30]", "padded");
  check("[3, 28, 28]", "images[:, 2]", "three-channels");
}

TEST_CASE("a model may tell any number of classes apart, from images of any side",
          "[model_forms]") {
  for (const std::int64_t classes : {2, 3, 26, 62}) {
    Classifier classifier = classifier_of(
        fmt::format("    return torch.softmax(images.view([-1, 144])[:, :{}], 1)\n", classes),
        {.image_side = 12});
    CHECK(classifier.classes() == classes);
    CHECK(classifier.image_side() == 12);
    const torch::Tensor answers = classifier.probabilities(torch::rand({3, 1, 12, 12}));
    CHECK(answers.sizes() == torch::IntArrayRef{3, classes});
  }
}

TEST_CASE("pixels are scaled as the model was trained with", "[model_forms]") {
  Classifier classifier =
      classifier_of("    return torch.softmax(images.flatten(1)[:, 400:410], 1)\n",
                    {.pixels = {.scale = 255, .mean = 33.3, .std = 78.6}});
  const torch::Tensor scaled = (images().flatten(1).slice(1, 400, 410) * 255 - 33.3) / 78.6;
  CHECK(torch::allclose(classifier.probabilities(images()), torch::softmax(scaled, 1), 1e-4, 1e-6));
}

TEST_CASE("pixels that a model does better with are found where it does badly", "[model_forms]") {
  // Right with grey values from 0 to 255, and always 0 with brightness from 0 to 1.
  const torch::jit::Module model = module_of(
      "    x = images.flatten(1)[:, :10]\n"
      "    return torch.cat([torch.full_like(x[:, :1], 5.0), x[:, 1:]], 1)\n");
  Dataset test{torch::zeros({500, 1, 28, 28}), torch::arange(500) % 10};
  for (std::int64_t i = 0; i < 500; ++i) test.images[i].view(784)[i % 10] = 1;
  const auto better = find_better_pixels(Classifier(model, torch::kCPU), test, 0.1);
  REQUIRE(better);
  CHECK(better->pixels == PixelScale{.scale = 255});
  CHECK(better->accuracy == 1);
  CHECK_FALSE(find_better_pixels(Classifier(model, torch::kCPU), test, 0.95));
  const ClassifierOptions told{.pixels = {.scale = 2}};
  CHECK_FALSE(find_better_pixels(Classifier(model, torch::kCPU, told), test, 0.1));
  // A model that no scale helps.
  const torch::jit::Module bad = module_of("    return -images.flatten(1)[:, :10]\n");
  CHECK_FALSE(find_better_pixels(Classifier(bad, torch::kCPU), test, 0.1));
}

TEST_CASE("a saved model says itself how large its images are", "[model_forms]") {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& metadata) {
    const torch::jit::Module module = module_of("    return images.flatten(1)[:, :10]\n");
    write_file_atomically(folder / "model.pt", serialize(module, {{"metadata.json", metadata}}));
    return Classifier::load(folder / "model.pt", torch::kCPU, {.image_side = 28}).image_side();
  };
  CHECK(load("") == 28);
  CHECK(load("no JSON") == 28);
  CHECK(load("[28]") == 28);
  CHECK(load(R"({"image_side": 28})") == 28);
  CHECK(load(R"({"image_side": 56})") == 56);
  for (const std::string bad : {"0", "-28", "28.5", "\"28\"", "100000", "18446744073709551615"}) {
    const auto message = error_of([&] { load(fmt::format(R"({{"image_side": {}}})", bad)); });
    CHECK(contains(message, "image_side in its metadata.json is not a whole number from 1"));
  }
}
