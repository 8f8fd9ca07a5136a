#pragma once

#include <string>
#include <vector>

#include "mnist/summary.hpp"

namespace mnist {

/// The layers as a table like that of Keras's `model.summary()`; the batch size is shown as N.
std::string summary_table(const std::string& model, const std::vector<LayerSummary>& layers);

}  // namespace mnist
