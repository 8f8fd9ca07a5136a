#pragma once

#include "mnist/image/image.hpp"

namespace mnist {

/// The picture without what is ruled on it, dark or light: thin straight lines (or nearly so) from
/// edge to edge, upright or level up to 15°; and shorter ones beside at least two that are parallel
/// to them. They are found by a Hough transform of what is narrow, and filled in with what is to
/// either side of them, so that strokes that cross them stay whole. `picture` has values in
/// [0, 255].
FloatImage remove_lines(FloatImage picture);

}  // namespace mnist
