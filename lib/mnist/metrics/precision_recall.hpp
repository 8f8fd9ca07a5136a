#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "mnist/metrics/labels.hpp"

namespace mnist {

// The counts, scores and averages under a classification report: what scikit-learn's
// precision_recall_fscore_support computes.

/// What a score is when its denominator is 0: 0 with a warning, 0, 1, or not a number.
enum class ZeroDivision : std::uint8_t { kWarn, kZero, kOne, kNan };

/// How many samples are of a class, how many were taken for it, and how many both.
struct Tally {
  std::int64_t actual = 0;
  std::int64_t predicted = 0;
  std::int64_t correct = 0;
};

struct Scores {
  double precision;
  double recall;
  double f1_score;
};

/// The tally of each class in the data, by label, in one pass over both inputs, of equal length.
std::unordered_map<std::int64_t, Tally> tally_by_label(LabelSpan y_true, LabelSpan y_pred);

Tally total(std::span<const Tally> tallies);

/// precision = correct / predicted, recall = correct / actual, F1 = 2·correct / (actual +
/// predicted).
Scores scores_of(const Tally& tally, ZeroDivision zero_division);

/// The mean of each score over the classes but those where it is NaN (sklearn's _nanaverage, which
/// is numpy.nanmean, summing zeros in their place); NaN if there are none.
Scores macro_average(std::span<const Scores> scores);

/// The same weighted by each class's actual samples (numpy.average); unweighted if there are none.
Scores weighted_average(std::span<const Scores> scores, std::span<const Tally> tallies);

/// An UndefinedMetricWarning for each score, in the order above, whose denominator is 0 in one of
/// the tallies (sklearn's _warn_prf).
std::vector<std::string> undefined_warnings(std::span<const Tally> tallies);

}  // namespace mnist
