#pragma once

#include <cstdint>

#include "mnist/image/image.hpp"

namespace mnist {

/// Which pixels are in a region: 1, else 0.
using Mask = Image<std::uint8_t>;

/// How far each pixel of the region is from the nearest one outside of it, by the chamfer distance
/// with weights 3 and 4 (Borgefors, 1986), in pixels; 0 outside. What lies beyond the image's edges
/// is as the edge is.
FloatImage distance_transform(const Mask& region);

/// How far each pixel is from the nearest one of the region, in the same way; 0 in it.
FloatImage distance_to(const Mask& region);

/// The radius of the largest circle in the region, about, in pixels.
float inscribed_radius(const Mask& region);

/// The region with its holes: what cannot be reached from the image's edges, past it, by steps to
/// the four neighbours of a pixel.
Mask fill_holes(const Mask& region);

/// The region with its holes and with its bays that a circle of radius `reach` does not fit into:
/// the morphological closing. A stroke near the edge of a sheet is on the sheet.
Mask fill_bays(const Mask& region, float reach);

/// Whether all of `inner` is in `outer`, an image of the same size.
bool encloses(const Mask& outer, const Mask& inner);

/// How much a region looks like a sheet of paper.
struct HullShape {
  double solidity = 0;       ///< its area, of that of its convex hull
  double quadrilateral = 0;  ///< the part of the convex hull in the four corners that are farthest
                             ///< out: 1 for a rectangle, 2/π for an ellipse
};
HullShape hull_shape(const Mask& region);

}  // namespace mnist
