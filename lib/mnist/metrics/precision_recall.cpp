#include "mnist/metrics/precision_recall.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "mnist/metrics/numpy_sum.hpp"

namespace mnist {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double undefined_score(ZeroDivision zero_division) {
  if (zero_division == ZeroDivision::kNan) return kNan;
  return zero_division == ZeroDivision::kOne ? 1 : 0;
}

double nan_mean(std::vector<double> values) {
  const auto undefined =
      std::count_if(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  const auto defined = static_cast<std::ptrdiff_t>(values.size()) - undefined;
  if (defined == 0) return kNan;
  std::replace_if(
      values.begin(), values.end(), [](double value) { return std::isnan(value); }, 0.0);
  return numpy_sum<double>(values) / static_cast<double>(defined);
}

double nan_average(std::span<const double> values, std::span<const Tally> tallies) {
  std::vector<double> defined;
  std::vector<double> products;
  std::int64_t total_weight = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) continue;
    defined.push_back(values[i]);
    products.push_back(values[i] * static_cast<double>(tallies[i].actual));
    total_weight += tallies[i].actual;
  }
  if (total_weight == 0) return nan_mean(std::move(defined));
  return numpy_sum<double>(products) / static_cast<double>(total_weight);
}

// Averages each score by itself, as `average` does a vector of them.
template <typename Average>
Scores average_each(std::span<const Scores> scores, Average average) {
  const auto average_of = [&](double Scores::* score) {
    std::vector<double> values;
    values.reserve(scores.size());
    for (const Scores& row : scores) values.push_back(row.*score);
    return average(std::move(values));
  };
  return {.precision = average_of(&Scores::precision),
          .recall = average_of(&Scores::recall),
          .f1_score = average_of(&Scores::f1_score)};
}

}  // namespace

std::unordered_map<std::int64_t, Tally> tally_by_label(LabelSpan y_true, LabelSpan y_pred) {
  std::unordered_map<std::int64_t, Tally> tallies;
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    Tally& actual = tallies[y_true[i]];
    ++actual.actual;
    if (y_true[i] == y_pred[i]) {
      ++actual.predicted;
      ++actual.correct;
    } else {
      ++tallies[y_pred[i]].predicted;
    }
  }
  return tallies;
}

Tally total(std::span<const Tally> tallies) {
  Tally sum;
  for (const Tally& tally : tallies) {
    sum.actual += tally.actual;
    sum.predicted += tally.predicted;
    sum.correct += tally.correct;
  }
  return sum;
}

Scores scores_of(const Tally& tally, ZeroDivision zero_division) {
  const auto divide = [&](std::int64_t numerator, std::int64_t denominator) {
    if (denominator == 0) return undefined_score(zero_division);
    return static_cast<double>(numerator) / static_cast<double>(denominator);
  };
  return {.precision = divide(tally.correct, tally.predicted),
          .recall = divide(tally.correct, tally.actual),
          .f1_score = divide(2 * tally.correct, tally.actual + tally.predicted)};
}

Scores macro_average(std::span<const Scores> scores) { return average_each(scores, nan_mean); }

Scores weighted_average(std::span<const Scores> scores, std::span<const Tally> tallies) {
  return average_each(
      scores, [&](const std::vector<double>& values) { return nan_average(values, tallies); });
}

std::vector<std::string> undefined_warnings(std::span<const Tally> tallies) {
  std::vector<std::string> warnings;
  const auto warn_if_any = [&](auto undefined, std::string_view score, std::string_view lacking) {
    if (std::none_of(tallies.begin(), tallies.end(), undefined)) return;
    warnings.push_back(fmt::format(
        "UndefinedMetricWarning: {} is ill-defined and being set to 0.0 {} no {} samples. Use "
        "`zero_division` parameter to control this behavior.",
        score, tallies.size() == 1 ? "due to" : "in labels with", lacking));
  };
  warn_if_any([](const Tally& tally) { return tally.predicted == 0; }, "Precision", "predicted");
  warn_if_any([](const Tally& tally) { return tally.actual == 0; }, "Recall", "true");
  warn_if_any([](const Tally& tally) { return tally.actual + tally.predicted == 0; }, "F-score",
              "true nor predicted");
  return warnings;
}

}  // namespace mnist
