#include "mnist/doubt.hpp"

#include <cstdint>

#include "mnist/augmentation.hpp"
#include "mnist/classifier.hpp"

namespace mnist {

std::vector<float> steadiness(Classifier& classifier, const torch::Tensor& images,
                              const std::vector<int>& labels) {
  constexpr std::int64_t kCopies = 16;
  const AugmentationOptions a_little{.rotation = 8, .scale = 0.08, .shear = 0.1, .shift = 1};
  std::vector<float> means;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    const torch::Tensor copies = images.slice(0, i, i + 1).expand({kCopies, -1, -1, -1});
    const torch::Tensor moved = augment(copies, torch::arange(kCopies), a_little, 1);
    means.push_back(classifier.probabilities(moved)
                        .select(1, labels[static_cast<std::size_t>(i)])
                        .mean()
                        .item<float>());
  }
  return means;
}

std::string_view doubt(float steadiness, Suspicion suspicion) {
  constexpr float kSteady = 0.9F;
  constexpr float kSteadyThoughAtEdge = 0.97F;
  if (suspicion == Suspicion::kOtherMarks) return "another mark on the picture could be the digit";
  if (suspicion == Suspicion::kInkAtEdge && steadiness < kSteadyThoughAtEdge) {
    return "the ink reaches the edge of the picture";
  }
  return steadiness < kSteady ? "the answer changes when the digit is turned or moved a little"
                              : "";
}

}  // namespace mnist
