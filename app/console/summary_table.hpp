#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mnist/summary.hpp"

namespace mnist {

/// "225,034", of a number that is not negative.
std::string with_thousands(std::int64_t number);

/// "(N, 32, 26, 26)": the first size is that of the batch.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// The layers as a table like that of Keras's `model.summary()`; the batch size is shown as N. Its
/// rules are drawn with '─', or with '-' where there is no UTF-8.
std::string summary_table(const std::string& model, const std::vector<LayerSummary>& layers,
                          bool utf8);

}  // namespace mnist
