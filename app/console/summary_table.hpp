#pragma once

#include <string>
#include <vector>

#include "mnist/summary.hpp"

namespace mnist {

/// The layers as a table like that of Keras's `model.summary()`; the batch size is shown as N. Its
/// rules are drawn with '─', or with '-' where there is no UTF-8.
std::string summary_table(const std::string& model, const std::vector<LayerSummary>& layers,
                          bool utf8);

}  // namespace mnist
