#pragma once

#include <string>
#include <vector>

#include "mnist/metrics/confusion_matrix.hpp"

namespace mnist {

/// The matrix, of counts, as a table whose cells are the stronger in colour the larger their share
/// of the row. Where the answer is right they have one of the classes r1 to r5, where it is wrong
/// w1 to w5, the last for the most frequent mistake, if that is no rare one. `names`: those of the
/// classes, as many as the matrix has.
std::string heat_map(const ConfusionMatrix& matrix, const std::vector<std::string>& names);

}  // namespace mnist
