#pragma once

#include <cstdint>

namespace mnist {

/// Means over the samples seen so far, each sample weighing the same: a short last batch weighs
/// less.
struct Score {
  double accuracy = 0;  ///< share of samples whose largest logit is the label, in [0, 1]
  double loss = 0;      ///< cross-entropy, natural logarithm
};

/// What an epoch came to. The validation scores are NaN where there is no validation set.
struct EpochRecord {
  std::int64_t epoch;  ///< from 1
  Score train;
  Score validation;
  double seconds;  ///< wall time, validation included
};

/// Sums over the samples seen so far.
struct Totals {
  double samples = 0, correct = 0, loss = 0;

  Score score() const { return {correct / samples, loss / samples}; }
};

}  // namespace mnist
