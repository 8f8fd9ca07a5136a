#pragma once

#include <cstdint>

namespace mnist {

/// Means over samples, each sample weighing the same: a short last batch weighs less.
struct LossAndAccuracy {
  double accuracy = 0;  ///< share of samples whose largest logit is the label, in [0, 1]
  double loss = 0;      ///< cross-entropy, natural logarithm
};

/// Sums over the samples seen so far.
struct Totals {
  double samples = 0, correct = 0, loss = 0;

  LossAndAccuracy means() const { return {correct / samples, loss / samples}; }
};

struct Step {
  std::int64_t done;      ///< steps finished in this epoch, from 1
  std::int64_t total;     ///< steps in this epoch
  LossAndAccuracy means;  ///< over this epoch so far
};

/// What an epoch came to. The validation's means are NaN where there is no validation set.
struct EpochRecord {
  std::int64_t epoch;  ///< from 1
  LossAndAccuracy train;
  LossAndAccuracy validation;
  double seconds;  ///< wall time, validation included
};

}  // namespace mnist
