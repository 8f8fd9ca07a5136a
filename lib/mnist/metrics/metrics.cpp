#include "mnist/metrics/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "mnist/error.hpp"

namespace mnist {
namespace {

void check_k(std::int64_t k) {
  if (k >= 1) return;
  throw Error(
      "The 'k' parameter of top_k_accuracy_score must be an int in the range [1, inf). Got {} "
      "instead.",
      k);
}

bool is_binary(LabelSpan y_true, const TopKAccuracyOptions& options) {
  return unique_labels({y_true}).size() <= 2 && !(options.labels && options.labels->size() > 2);
}

void check_shapes(LabelSpan y_true, const ScoreMatrix& scores, bool binary) {
  if (binary && scores.columns != 1) {
    throw Error(
        "`y_true` is binary while y_score is 2d with {} classes. If `y_true` does not contain all "
        "the labels, `labels` must be provided.",
        scores.columns);
  }
  check_consistent_length({y_true.size(), scores.rows()});
}

// The labels of the columns, ascending.
std::vector<std::int64_t> ranked_classes(LabelSpan y_true, std::size_t columns,
                                         const TopKAccuracyOptions& options) {
  auto classes = unique_labels({options.labels ? LabelSpan(*options.labels) : y_true});
  if (!options.labels) {
    if (classes.size() == columns) return classes;
    throw Error(
        "Number of classes in 'y_true' ({}) not equal to the number of classes in 'y_score' ({})."
        "You can provide a list of all known classes by assigning it to the `labels` parameter.",
        classes.size(), columns);
  }
  if (classes.size() != options.labels->size()) throw Error("Parameter 'labels' must be unique.");
  if (classes != *options.labels) throw Error("Parameter 'labels' must be ordered.");
  if (classes.size() != columns) {
    throw Error("Number of given labels ({}) not equal to the number of classes in 'y_score' ({}).",
                classes.size(), columns);
  }
  const auto known = [&](std::int64_t label) {
    return std::binary_search(classes.begin(), classes.end(), label);
  };
  if (!std::all_of(y_true.begin(), y_true.end(), known)) {
    throw Error("'y_true' contains labels not in parameter 'labels'.");
  }
  return classes;
}

// How many columns rank above this one.
std::int64_t rank(std::span<const float> scores, std::size_t column) {
  std::int64_t above = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > scores[column] || (scores[i] == scores[column] && i > column)) ++above;
  }
  return above;
}

float binary_threshold(std::span<const float> scores) {
  const auto [least, most] = std::minmax_element(scores.begin(), scores.end());
  return *least >= 0 && *most <= 1 ? 0.5F : 0;
}

}  // namespace

double accuracy_score(LabelSpan y_true, LabelSpan y_pred) {
  check_targets(y_true, y_pred);
  std::size_t hits = 0;
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    if (y_true[i] == y_pred[i]) ++hits;
  }
  return static_cast<double>(hits) / static_cast<double>(y_true.size());
}

Metric top_k_accuracy_score(LabelSpan y_true, ScoreMatrix scores,
                            const TopKAccuracyOptions& options) {
  check_k(options.k);
  check_has_samples(y_true.size(), "(0,)");
  const bool binary = is_binary(y_true, options);
  check_scores(scores);
  check_shapes(y_true, scores, binary);
  const auto classes = ranked_classes(y_true, binary ? 2 : scores.columns, options);
  Metric metric{};
  if (options.k >= std::ssize(classes)) {
    metric.warnings.push_back(fmt::format(
        "UndefinedMetricWarning: 'k' ({}) greater than or equal to 'n_classes' ({}) will result in "
        "a perfect score and is therefore meaningless.",
        options.k, classes.size()));
  }
  const float threshold = binary ? binary_threshold(scores.values) : 0;
  const auto is_hit = [&](std::size_t i) {
    const auto column = static_cast<std::size_t>(
        std::lower_bound(classes.begin(), classes.end(), y_true[i]) - classes.begin());
    if (!binary) return rank(scores.row(i), column) < options.k;
    return options.k > 1 || (scores.values[i] > threshold) == (column == 1);
  };
  std::size_t hits = 0;
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    if (is_hit(i)) ++hits;
  }
  metric.value = static_cast<double>(hits) / static_cast<double>(y_true.size());
  return metric;
}

std::vector<Confusion> most_confused(LabelSpan y_true, LabelSpan y_pred, std::size_t limit) {
  check_targets(y_true, y_pred);
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    if (y_true[i] != y_pred[i]) ++counts[{y_true[i], y_pred[i]}];
  }
  std::vector<Confusion> confusions;
  for (const auto& [labels, count] : counts) {
    confusions.push_back({labels.first, labels.second, count});
  }
  std::stable_sort(confusions.begin(), confusions.end(),
                   [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  confusions.resize(std::min(limit, confusions.size()));
  return confusions;
}

}  // namespace mnist
