#include "mnist/prediction.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "mnist/classifier.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

/// float32 [N, 1, 28, 28]
torch::Tensor as_images(const std::vector<PreparedDigit>& digits) {
  torch::Tensor images = torch::empty({static_cast<std::int64_t>(digits.size()), 1, 28, 28});
  float* pixels = images.data_ptr<float>();
  for (const PreparedDigit& digit : digits) pixels = std::ranges::copy(digit.pixels, pixels).out;
  return images;
}

}  // namespace

std::vector<Prediction> predict(Classifier& classifier, const GreyImage& picture, Digits which) {
  if (classifier.classes() != 10) {
    throw Error("the model tells {} classes apart: expected 10", classifier.classes());
  }
  const std::vector<PreparedDigit> digits =
      which == Digits::kAll ? find_digits(picture) : std::vector{prepare_digit(picture)};
  const torch::Tensor answers = classifier.probabilities(as_images(digits)).contiguous();
  const float* p = answers.data_ptr<float>();
  std::vector<Prediction> predictions;
  for (const PreparedDigit& digit : digits) {
    Prediction& prediction = predictions.emplace_back(Prediction{digit, {}, {}});
    std::copy_n(p, 10, prediction.probabilities.begin());
    p += 10;
    std::iota(prediction.ranking.begin(), prediction.ranking.end(), 0);
    std::ranges::stable_sort(prediction.ranking, std::ranges::greater(), [&](int d) {
      return prediction.probabilities[static_cast<std::size_t>(d)];
    });
  }
  return predictions;
}

}  // namespace mnist
