#pragma once

#include <cstdint>

#include "mnist/image/image.hpp"
#include "mnist/image/marks.hpp"

namespace mnist {

/// What is drawn, on what.
enum class Polarity : std::uint8_t { kDarkOnLight, kLightOnDark };
/// How much lines are lighter (up to 1) or darker (down to −1) than what they are drawn on. Both
/// sides of a line differ from it in the same direction, unlike those of a shadow's edge, and noise
/// differs in both: so it is the mean cube of how much pixels differ from their surroundings, at
/// several scales, divided by the mean cube of the size of that difference.
double lightness_of_lines(const FloatImage& image);

/// How much of the picture's sharp edges the marks have: the sum of squared gradients along their
/// outlines. Strokes have all of them. What is found in the wrong polarity, the paper inside of
/// strokes or between them, has some, and ends elsewhere without an edge in the picture.
double edges_of(const Marks& marks, const FloatImage& image);

}  // namespace mnist
