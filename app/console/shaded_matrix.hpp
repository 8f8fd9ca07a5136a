#pragma once

#include <cstddef>
#include <string>

#include "mnist/metrics/confusion_matrix.hpp"

namespace mnist {

/// How strong the colour of a cell is that has this share, over 0 and at most 1, of its row: from
/// 0, faint, to 4.
std::size_t shade_of(double share);

/// The counts of a confusion matrix for a terminal with 256 colours: rows are true classes, columns
/// predicted ones; right answers are green, wrong ones red, and the stronger the larger their share
/// of the row.
std::string shaded_matrix(const ConfusionMatrix& matrix);

}  // namespace mnist
