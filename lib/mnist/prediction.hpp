#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mnist/image/image.hpp"
#include "mnist/image/prepare_image.hpp"

namespace mnist {

class Classifier;

/// A digit on a picture, and what a classifier takes it for.
struct Prediction {
  PreparedImage prepared;
  std::vector<float> probabilities = {};  ///< of each class
  std::vector<int> ranking = {};          ///< the classes, the most probable first
  std::string_view doubt = {};            ///< why not to rely on it (`doubt`); empty: nothing
};

/// Which of a picture's digits are read.
enum class Digits : std::uint8_t { kMostProminent, kAll };

/// What a network of that form is shown of a picture: its digits in reading order, or one. Throws
/// `Error` where there is none.
std::vector<PreparedImage> prepare_digits(const GreyImage& picture, const ImageForm& form,
                                          Digits which);

/// What a classifier answers: K probabilities for each of the images, `float32 [N, 1, side, side]`
/// in [0, 1], row-major, side its own. Throws as `Classifier::probabilities` does.
std::vector<float> probabilities(Classifier& classifier, std::span<const float> images);

/// What a classifier takes images of its form for, all of them at once. Throws as
/// `Classifier::probabilities` does.
std::vector<Prediction> predict(Classifier& classifier, std::vector<PreparedImage> images);

}  // namespace mnist
