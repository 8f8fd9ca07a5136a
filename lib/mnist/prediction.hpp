#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mnist/image/digits.hpp"
#include "mnist/image/image.hpp"

namespace mnist {

class Classifier;

/// A digit on a picture, and what a classifier takes it for.
struct Prediction {
  PreparedDigit prepared;
  std::array<float, 10> probabilities;
  std::array<int, 10> ranking;  ///< the digits, the most probable first
};

/// Which of a picture's digits are read.
enum class Digits : std::uint8_t { kMostProminent, kAll };

/// Reads the digits on a picture, in reading order. Throws `Error` where there is none, or as
/// `Classifier::probabilities` does.
std::vector<Prediction> predict(Classifier& classifier, const GreyImage& picture, Digits which);

}  // namespace mnist
