#pragma once

#include <cstdint>
#include <vector>

#include "mnist/image/image.hpp"
#include "mnist/image/mnist_form.hpp"
#include "mnist/image/polarity.hpp"

namespace mnist {

/// What makes one doubt that a digit is what was meant, or all of it.
enum class Suspicion : std::uint8_t {
  kNone,
  kOtherMarks,  ///< another mark that could be the digit has half of its ink, or more
  kInkAtEdge,   ///< it reaches an edge of the picture, or of the paper
};

struct PreparedDigit {
  Box box;             ///< where it is in the picture, in pixels
  Polarity polarity;   ///< how it is drawn there
  MnistPixels pixels;  ///< 28×28 values in [0, 1], ink is 1: what a classifier takes
  Suspicion suspicion = Suspicion::kNone;
};

/// Prepares the most prominent digit of a picture as MNIST's own were made: what surrounds
/// the paper, what is ruled on it and its uneven light removed (`prepare_picture`); noise and
/// specks left out; scaled and centred as `fit_to_mnist` says. An image that already has MNIST's
/// form (`mnist_form`) is taken unchanged, or inverted exactly. Throws `Error` if nothing is drawn
/// on the picture, or only noise can be found.
PreparedDigit prepare_digit(const GreyImage& picture);

/// As `prepare_digit`, all digits of a picture, in reading order: lines from the top, each from the
/// left. They must be of about one size and must not touch each other. At least one.
std::vector<PreparedDigit> find_digits(const GreyImage& picture);

}  // namespace mnist
