#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "mnist/metrics/labels.hpp"
#include "mnist/metrics/log_loss.hpp"
#include "mnist/metrics/score_matrix.hpp"

namespace mnist {

/// The share of samples whose prediction is right, 0 to 1: scikit-learn's accuracy_score. Throws
/// Error with its message when the inputs differ in length or are empty.
double accuracy_score(LabelSpan y_true, LabelSpan y_pred);

struct TopKAccuracyOptions {
  /// How many of the highest scores a sample's class may be among, at least 1.
  std::int64_t k = 2;
  /// The classes of the columns, ascending; nothing: all in y_true.
  std::optional<std::vector<std::int64_t>> labels = std::nullopt;
};

/// The share of samples whose class is among the k with the highest scores, 0 to 1: scikit-learn
/// 1.9's top_k_accuracy_score. Its ways:
/// - Of equal scores the later column's ranks higher.
/// - Where y_true and `labels` have no third class, `scores` must be one column. With k = 1 a score
///   means the second class above 0.5, or above 0 if a score lies outside of 0 to 1.
/// - k of at least the number of classes is an UndefinedMetricWarning.
///
/// Throws Error with scikit-learn's message when a score is not finite, or shapes, labels or k do
/// not fit.
Metric top_k_accuracy_score(LabelSpan y_true, ScoreMatrix scores,
                            const TopKAccuracyOptions& options = {});

/// How often samples of one class were taken for another.
struct Confusion {
  std::int64_t true_label;
  std::int64_t predicted_label;
  std::int64_t count;

  bool operator==(const Confusion&) const = default;
};

/// The most frequent confusions, at most `limit`: by count, descending, then by the true and the
/// predicted label, ascending. Throws Error when the inputs differ in length or are empty.
std::vector<Confusion> most_confused(LabelSpan y_true, LabelSpan y_pred,
                                     std::size_t limit = std::numeric_limits<std::size_t>::max());

}  // namespace mnist
