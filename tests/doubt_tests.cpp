#include <fmt/format.h>
#include <torch/script.h>
#include <torch/torch.h>

#include "catch.hpp"
#include "mnist/classifier.hpp"
#include "mnist/doubt.hpp"
#include "mnist/image/digits.hpp"
#include "pen.hpp"

using namespace mnist;

namespace {

/// A TorchScript model that answers 0 as far as the expression of the ink says so, and 1 else.
Classifier answering(const std::string& share) {
  torch::jit::Module module("Scripted");
  module.define(
      fmt::format("def forward(self, images):\n"
                  "    share = ({}).flatten(1).mean(1, keepdim=True)\n"
                  "    return torch.cat([share, 1 - share, torch.zeros([images.size(0), 8])], 1)\n",
                  share));
  return {module, torch::kCPU};
}

/// A spot of 4x4 pixels in the middle.
torch::Tensor spot() {
  torch::Tensor image = torch::zeros({1, 1, 28, 28});
  image.slice(2, 12, 16).slice(3, 12, 16).fill_(1);
  return image;
}

Suspicion suspicion_of(double x, const std::vector<int>& digits) {
  FloatImage ink(400, 200);
  for (const int digit : digits) {
    write_digit(ink, digit, x, 50, 100, {.width = 10});
    x += 150;
  }
  return prepare_digit(on_paper(ink, 230, 40)).suspicion;
}

}  // namespace

TEST_CASE("an answer that does not depend on where the ink is, is steady", "[doubt]") {
  Classifier constant = answering("images * 0 + 0.75");
  CHECK(steadiness(constant, torch::rand({2, 1, 28, 28}), {0, 1}) ==
        std::vector<float>{0.75F, 0.25F});
}

TEST_CASE("an answer that hangs on single pixels is not steady", "[doubt]") {
  Classifier by_edge = answering("images[:, :, 12:16, 12:13]");
  const torch::Tensor image = spot();
  CHECK(by_edge.probabilities(image)[0][0].item<float>() == 1);
  const std::vector<float> moved = steadiness(by_edge, image, {0});
  CHECK(moved[0] < 0.9F);
  CHECK(moved[0] > 0.1F);
  CHECK(steadiness(by_edge, image, {0}) == moved);
  // The same image among others, whatever these are.
  CHECK(steadiness(by_edge, torch::cat({torch::rand({1, 1, 28, 28}), image}), {1, 0})[1] ==
        moved[0]);
}

TEST_CASE("an answer is doubted where it is not steady, and sooner on a suspicious picture",
          "[doubt]") {
  CHECK(doubt(1, Suspicion::kNone).empty());
  CHECK(doubt(0.95F, Suspicion::kNone).empty());
  CHECK(doubt(0.5F, Suspicion::kNone).find("moved") != std::string_view::npos);
  CHECK(doubt(1, Suspicion::kInkAtEdge).empty());
  CHECK(doubt(1, Suspicion::kOtherMarks).find("another mark") != std::string_view::npos);
  CHECK(doubt(0.95F, Suspicion::kInkAtEdge).find("edge") != std::string_view::npos);
}

TEST_CASE("a second digit, and one cut off by the edge, are suspicious", "[doubt]") {
  CHECK(suspicion_of(150, {7}) == Suspicion::kNone);
  CHECK(suspicion_of(80, {2, 3}) == Suspicion::kOtherMarks);
  CHECK(suspicion_of(-25, {8}) == Suspicion::kInkAtEdge);
}
