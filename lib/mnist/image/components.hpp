#pragma once

#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

/// Pixels with ink that touch each other, at a side or a corner.
struct Component {
  Box box;
  double ink = 0;  ///< the sum of its pixels
};

struct Components {
  std::vector<Component> list;
  Image<int> labels;  ///< which one of the list a pixel belongs to; −1: none
};

/// The components of the pixels with at least `threshold`.
Components find_components(const FloatImage& ink, float threshold);

}  // namespace mnist
