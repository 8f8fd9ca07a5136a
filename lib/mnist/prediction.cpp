#include "mnist/prediction.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "mnist/classifier.hpp"
#include "mnist/doubt.hpp"

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

/// The classes, the most probable first.
std::vector<int> by_probability(const std::vector<float>& probabilities) {
  std::vector<int> classes(probabilities.size());
  std::iota(classes.begin(), classes.end(), 0);
  std::ranges::stable_sort(classes, std::ranges::greater(), [&](int label) {
    return probabilities[static_cast<std::size_t>(label)];
  });
  return classes;
}

}  // namespace

std::vector<PreparedImage> prepare_digits(const GreyImage& picture, const ImageForm& form,
                                          Digits which) {
  if (which == Digits::kAll) return prepare_images(picture, form);
  return {prepare_image(picture, form)};
}

std::vector<float> probabilities(Classifier& classifier, std::span<const float> images) {
  const std::int64_t side = classifier.image_side();
  const auto count = static_cast<std::int64_t>(images.size()) / (side * side);
  torch::Tensor tensor = torch::empty({count, 1, side, side});
  std::ranges::copy(images, tensor.data_ptr<float>());
  const torch::Tensor answers = classifier.probabilities(tensor).contiguous();
  const float* p = answers.data_ptr<float>();
  return {p, p + answers.numel()};
}

std::vector<Prediction> predict(Classifier& classifier, std::vector<PreparedImage> images) {
  const torch::Tensor shown = as_images(images);
  const torch::Tensor answers = classifier.probabilities(shown).contiguous();
  const std::int64_t classes = answers.size(1);
  const float* p = answers.data_ptr<float>();
  std::vector<Prediction> predictions;
  std::vector<int> labels;
  for (PreparedImage& image : images) {
    Prediction& prediction = predictions.emplace_back(Prediction{.prepared = std::move(image)});
    prediction.probabilities.assign(p, p + classes);
    p += classes;
    prediction.ranking = by_probability(prediction.probabilities);
    labels.push_back(prediction.ranking.front());
  }
  const std::vector<float> steady = steadiness(classifier, shown, labels);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    predictions[i].doubt = doubt(steady[i], predictions[i].prepared.suspicion);
  }
  return predictions;
}

}  // namespace mnist
