#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "mnist/image/image.hpp"
#include "mnist/image/polarity.hpp"

namespace mnist {

inline constexpr int kMnistSide = 28;  ///< pixels of an image
inline constexpr int kDigitSide = 20;  ///< pixels of the box that the digit in it fills

/// 28×28 values in [0, 1], row-major, ink is 1: what a classifier takes.
using MnistPixels = std::array<float, std::size_t{kMnistSide} * kMnistSide>;

/// An image that already has MNIST's form, and whether it is its negative.
struct MnistForm {
  Polarity polarity;
  MnistPixels pixels;
};

/// The image as it is if it has MNIST's form: 28×28 pixels, light ink on black (or dark ink on
/// white), the ink up to the full range, its box's longest side 20 pixels give or take 2, its
/// centre of mass in the middle, give or take one pixel. Nothing otherwise.
std::optional<MnistForm> mnist_form(const GreyImage& image);

/// Makes an image of MNIST's form as MNIST was made from NIST's: the digit, whose ink fills `box`,
/// is scaled to fit 20×20 pixels, keeping its aspect, anti-aliased, and placed by whole pixels so
/// that its centre of mass is in the middle of 28×28. `ink` is 0 beside the digit and about 1 in
/// its strokes; what lies between is taken as the edge of a stroke. Lines thinner than MNIST's pen
/// are widened to it.
MnistPixels fit_to_mnist(const FloatImage& ink, const Box& box);

}  // namespace mnist
