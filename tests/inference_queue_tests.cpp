#include <torch/script.h>

#include <exception>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "mnist/classifier.hpp"
#include "mnist/model_forms/answer_forms.hpp"
#include "server/inference_queue.hpp"

using namespace mnist;

namespace {

constexpr std::size_t kPixels = 28 * 28;

/// Its answers are told apart by the first pixel; one of them it refuses, with all that came with
/// it.
Classifier odd_classifier() {
  torch::jit::Module module("odd");
  module.define(R"(
    def forward(self, images):
        first = images[:, 0, 0, 0]
        assert not bool((first == 0.75).any()), "three quarters"
        return torch.stack([first, 1 - first], 1)
  )");
  return Classifier(module, torch::kCPU, {.answers = &answer_forms().front()});
}

std::vector<float> image(float first) {
  std::vector<float> pixels(kPixels);
  pixels[0] = first;
  return pixels;
}

}  // namespace

TEST_CASE("each request gets its own answer, and a bad one costs no other", "[server]") {
  Classifier classifier = odd_classifier();
  InferenceQueue queue(classifier, 28);
  std::vector<float> found(12);
  std::vector<int> failed(12);
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < found.size(); ++i) {
    clients.emplace_back([&, i] {
      std::vector<float> two = image(i % 4 == 3 ? 0.75F : static_cast<float>(i) / 16);
      const std::vector<float> second = image(0.5F);
      two.insert(two.end(), second.begin(), second.end());
      try {
        const std::vector<float> answer = queue.probabilities(two);
        if (answer.size() == 4 && answer[2] == 0.5F) found[i] = answer[0];
      } catch (const std::exception&) {
        failed[i] = 1;
      }
    });
  }
  std::thread run([&] { queue.run(); });
  for (std::thread& client : clients) client.join();
  queue.stop();
  run.join();
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(failed[i] == (i % 4 == 3 ? 1 : 0));
    if (i % 4 != 3) CHECK(found[i] == static_cast<float>(i) / 16);
  }
  CHECK(queue.counts().images == 18);
}

TEST_CASE("what waits is answered before the queue ends", "[server]") {
  Classifier classifier = odd_classifier();
  InferenceQueue queue(classifier, 28);
  std::vector<float> answer;
  std::thread client([&] { answer = queue.probabilities(image(0.25F)); });
  std::thread run([&] { queue.run(); });
  client.join();
  queue.stop();
  run.join();
  CHECK(answer == std::vector<float>{0.25F, 0.75F});
}
