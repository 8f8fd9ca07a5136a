#pragma once

#include "mnist/image/image.hpp"

namespace mnist {

/// A pen that writes digits of the project's own: some strokes of smooth curves each.
struct Pen {
  double width = 8;  ///< of a line, pixels
  double slant = 0;  ///< how far the top of a digit is to the right of its foot, in its heights
};

/// Adds the digit (0 to 9), `height` pixels high and 0.6 of it wide, with its top left corner at
/// (x, y), to the ink of a canvas: 1 where the pen was, with anti-aliased edges.
void write_digit(FloatImage& canvas, int digit, double x, double y, double height, const Pen& pen);

/// The picture of this ink on paper, both of one grey.
GreyImage on_paper(const FloatImage& ink, double paper, double pen);

}  // namespace mnist
