#include "mnist/prediction.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "mnist/classifier.hpp"

namespace mnist {
namespace {

/// float32 [N, 1, side, side]
torch::Tensor as_images(const std::vector<PreparedImage>& images) {
  const int side = images.empty() ? kMnistSide : images.front().pixels.width;
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(images.size()), 1, side, side});
  float* pixels = tensor.data_ptr<float>();
  for (const PreparedImage& image : images) {
    pixels = std::ranges::copy(image.pixels.pixels, pixels).out;
  }
  return tensor;
}

}  // namespace

std::vector<PreparedImage> prepare_digits(const GreyImage& picture, const ImageForm& form,
                                          Digits which) {
  if (which == Digits::kAll) return prepare_images(picture, form);
  return {prepare_image(picture, form)};
}

std::vector<Prediction> predict(Classifier& classifier, std::vector<PreparedImage> images) {
  const torch::Tensor answers = classifier.probabilities(as_images(images)).contiguous();
  const std::int64_t classes = answers.size(1);
  const float* p = answers.data_ptr<float>();
  std::vector<Prediction> predictions;
  for (PreparedImage& image : images) {
    Prediction& prediction = predictions.emplace_back(Prediction{std::move(image), {}, {}});
    prediction.probabilities.assign(p, p + classes);
    p += classes;
    prediction.ranking.resize(prediction.probabilities.size());
    std::iota(prediction.ranking.begin(), prediction.ranking.end(), 0);
    std::ranges::stable_sort(prediction.ranking, std::ranges::greater(), [&](int c) {
      return prediction.probabilities[static_cast<std::size_t>(c)];
    });
  }
  return predictions;
}

std::vector<Prediction> predict(Classifier& classifier, const GreyImage& picture,
                                const ImageForm& form, Digits which) {
  return predict(classifier, prepare_digits(picture, form, which));
}

}  // namespace mnist
