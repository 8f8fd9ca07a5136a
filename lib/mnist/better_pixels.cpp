#include "mnist/better_pixels.hpp"

#include <algorithm>

#include "mnist/classifier.hpp"
#include "mnist/dataset.hpp"

namespace mnist {
namespace {

constexpr double kPoor = 0.9, kUseful = 0.5, kClearlyMore = 0.05;
constexpr std::int64_t kImages = 1000;

double accuracy_of(Classifier classifier, const torch::Tensor& images,
                   const torch::Tensor& labels) {
  return classifier.probabilities(images)
      .argmax(1)
      .eq(labels)
      .to(torch::kFloat64)
      .mean()
      .item<double>();
}

}  // namespace

std::optional<BetterPixels> find_better_pixels(const Classifier& classifier, const Dataset& test,
                                               double accuracy) {
  if (accuracy >= kPoor || classifier.options().pixels != PixelScale{}) return std::nullopt;
  const std::int64_t step = std::max<std::int64_t>(1, test.size() / kImages);
  const torch::Tensor images = test.images.slice(0, 0, test.size(), step);
  const torch::Tensor labels = test.labels.slice(0, 0, test.size(), step);
  BetterPixels best{{}, accuracy_of(classifier, images, labels)};
  const double enough = std::max(kUseful, best.accuracy + kClearlyMore);
  for (const PixelScale& pixels : usual_pixel_scales()) {
    const double found = accuracy_of(classifier.with_pixels(pixels), images, labels);
    if (found > best.accuracy) best = {pixels, found};
  }
  if (best.accuracy < enough) return std::nullopt;
  return best;
}

}  // namespace mnist
