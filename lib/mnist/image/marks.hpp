#pragma once

#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

/// The strokes that make up one digit.
struct Mark {
  Box box;                      ///< of the pixels with at least half of the strokes' ink
  double ink = 0;               ///< the sum
  float level = 0;              ///< the ink in the middle of a stroke
  std::vector<int> components;  ///< labels of its pixels in Marks::labels
};

struct Marks {
  std::vector<Mark> list;  ///< in reading order: lines from the top, each from the left
  Image<int> labels;       ///< −1: no stroke; without pixels if the list is empty
};

/// Finds what is drawn, given the ink on each pixel (`flatten_background`): pixels that stand out
/// from the noise and touch each other, without specks, the pieces of a broken digit put together.
/// Empty if there is nothing, or nothing but noise.
Marks find_marks(const FloatImage& ink);

/// The ink of one mark alone, divided by its level.
FloatImage ink_of(const Mark& mark, const Marks& marks, const FloatImage& ink);

}  // namespace mnist
