#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mnist/metrics/labels.hpp"
#include "mnist/metrics/score_matrix.hpp"

namespace mnist {

struct LogLossOptions {
  /// The classes of the columns; nothing: all in y_true.
  std::optional<std::vector<std::int64_t>> labels = std::nullopt;
};

/// The mean of -ln p over the samples, p being the probability given to the sample's class:
/// scikit-learn 1.9's log_loss for float32 probabilities. Its ways:
/// - p is clipped to float32's epsilon (1.19e-7) and 1 less it, so that a loss is at most 15.94;
///   float64 probabilities would be clipped to 2.2e-16.
/// - Logarithms, their pairwise sum (numpy_sum.hpp) and the mean are float32.
/// - Columns are taken for the classes in ascending order, whatever the order of `labels`: an order
///   that differs is a UserWarning, and so are rows that do not sum to 1 within 0.00035.
///
/// numpy's logarithm depends on the processor, so the result is scikit-learn's to float32's last
/// digits, not to the bit. Throws Error with scikit-learn's message when a probability is not
/// within 0 to 1, or shapes or labels do not fit. (Classes missing from `labels` are named in
/// ascending order; scikit-learn names them in the order of a Python set.)
Metric log_loss(LabelSpan y_true, ScoreMatrix probabilities, const LogLossOptions& options = {});

}  // namespace mnist
