#pragma once

#include <vector>

#include "mnist/image/marks.hpp"

namespace mnist {

/// The smallest box around both.
Box around(const Box& a, const Box& b);

/// Puts the pieces of broken digits together: a piece too low for a digit goes to the nearest mark,
/// if that is near, and what is above or below each other is joined. Digits beside each other stay
/// apart, and so do lines. `digit_side` is the longest side of a digit, about.
void put_together(std::vector<Mark>& marks, int digit_side);

/// Lines from the top, each from the left. They may rise or fall.
std::vector<Mark> in_reading_order(std::vector<Mark> marks);

}  // namespace mnist
