#pragma once

#include <string>

#include "mnist/metrics/confusion_matrix.hpp"

namespace mnist {

/// The counts of a confusion matrix for a terminal with 256 colours: rows are true classes, columns
/// predicted ones; right answers are green, wrong ones red, and the stronger the larger their share
/// of the row.
std::string shaded_matrix(const ConfusionMatrix& matrix);

}  // namespace mnist
