#pragma once

#include "mnist/image/components.hpp"
#include "mnist/image/image.hpp"
#include "mnist/image/masks.hpp"

namespace mnist {

/// A picture as its zones are searched: small, so that this is soon done.
struct CoarseImage {
  FloatImage pixels;  ///< at most kCoarseZones wide and high, and a rim all round
  int factor = 1;     ///< pixels of the picture, across, that are one of them
};
inline constexpr int kCoarseZones = 256;
inline constexpr int kRim =
    6;  ///< pixels that repeat those at the edge, so that a narrow frame is seen
CoarseImage coarse_with_rim(const FloatImage& picture);

/// The image without what is narrower than 7 pixels, however dense, dark or light: a morphological
/// closing and an opening. Edges stay.
FloatImage without_thin_lines(const FloatImage& image);

/// The connected parts of an image that change slowly at most; each of their pixels counts 1 as
/// ink.
Components find_zones(const FloatImage& image);

Mask mask_of(const Components& found, int label);

}  // namespace mnist
