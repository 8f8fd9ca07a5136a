#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "image_files.hpp"
#include "mnist/image/image.hpp"
#include "test_digits.hpp"

namespace mnist {

/// What is done to MNIST's digits to make a picture like a person's own. All of them are enlarged,
/// 3 to 20 times (strings to 10), with bicubic interpolation.
struct PictureOptions {
  bool invert = false;  ///< half of the pictures are dark on light
  bool move = false;    ///< on a canvas 1.2 to 2.5 times as large, anywhere on it
  bool rotate = false;  ///< up to 10°, either way
  bool paper = false;   ///< off-white or off-black, with fibres and stains
  bool light = false;   ///< the light falls off across the picture, to 45 to 90%
  bool pen = false;     ///< coloured, not always with full contrast
  bool noise = false;   ///< Gaussian, standard deviation 2 to 12 of 255
  bool jpeg = false;    ///< saved as a JPEG of quality 50, else as PNG
};

using Random = std::mt19937_64;

double uniform(Random& random, double low, double high);
/// Nearly normal, with variance 1: the sum of four uniform numbers, of 16 random bits each.
double normal(Random& random);
bool chance(Random& random, double share);

/// Adds a digit, turned by `angle` about the middle (x, y), to the ink of a canvas.
void add_ink(FloatImage& canvas, const GreyImage& digit, double x, double y, double scale,
             double angle);

/// Values around 0 that change smoothly over `cell` pixels.
FloatImage smooth_noise(int width, int height, double cell, Random& random);

/// What a camera sees of ink (0 to 1) on paper.
RgbImage photograph(const FloatImage& ink, const PictureOptions& options, Random& random);

/// A picture of one digit.
RgbImage draw_digit(const MnistDigit& digit, const PictureOptions& options, Random& random);

/// A picture of several digits in a line, of one size and pen, at least 4 MNIST pixels apart.
RgbImage draw_string(std::span<const MnistDigit> digits, const PictureOptions& options,
                     Random& random);

}  // namespace mnist
