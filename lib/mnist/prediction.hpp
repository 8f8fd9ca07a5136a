#pragma once

#include <cstdint>
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

/// What a classifier takes images of its form for, all of them at once. Throws as
/// `Classifier::probabilities` does.
std::vector<Prediction> predict(Classifier& classifier, std::vector<PreparedImage> images);

}  // namespace mnist
