#pragma once

#include <optional>

#include "mnist/image/image.hpp"

namespace mnist {

/// The two greys at the edges of a picture that is cut to the box of its digit.
struct EdgeDivision {
  float threshold = 0;
  float dark = 0;         ///< the mean of what is darker
  float light = 0;        ///< the mean of the rest
  double dark_share = 0;  ///< of the pixels at the edges
};

/// Divides the pixels at a picture's edges by Otsu's threshold. Nothing if they are of one grey, or
/// change slowly, or too often for strokes, or only as the edge of a shadow does, or if one of the
/// two is at fewer than three sides.
std::optional<EdgeDivision> divide_edges(const FloatImage& image);

}  // namespace mnist
