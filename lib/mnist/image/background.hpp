#pragma once

#include "mnist/image/image.hpp"
#include "mnist/image/polarity.hpp"

namespace mnist {
/// What the picture would look like without its dark lines: the paper with its uneven light and the
/// edges of shadows. Lines may be up to two fifths of the picture's shorter side wide.
FloatImage estimate_background(const FloatImage& image);

/// How much ink is on each pixel: 0 is paper (or blackboard), give or take the noise, and 1 is
/// black on white, or white on black. `image` has values in [0, 255]. Dark ink is measured against
/// the light that falls on the paper there, so that it counts as much in a shadow.
FloatImage flatten_background(const FloatImage& image, Polarity polarity);

}  // namespace mnist
