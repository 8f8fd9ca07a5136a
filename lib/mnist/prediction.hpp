#pragma once

#include <cstdint>
#include <vector>

#include "mnist/image/image.hpp"
#include "mnist/image/prepare_image.hpp"

namespace mnist {

class Classifier;

/// A digit on a picture, and what a classifier takes it for.
struct Prediction {
  PreparedImage prepared;
  std::vector<float> probabilities;  ///< of each class
  std::vector<int> ranking;          ///< the classes, the most probable first
};

/// Which of a picture's digits are read.
enum class Digits : std::uint8_t { kMostProminent, kAll };

/// Reads the digits on a picture, in reading order, as images of that form. Throws `Error` where
/// there is none, or as `Classifier::probabilities` does.
std::vector<Prediction> predict(Classifier& classifier, const GreyImage& picture,
                                const ImageForm& form, Digits which);

}  // namespace mnist
