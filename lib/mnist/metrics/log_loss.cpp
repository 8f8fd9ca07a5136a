#include "mnist/metrics/log_loss.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/metrics/numpy_sum.hpp"
#include "mnist/metrics/numpy_text.hpp"

namespace mnist {
namespace {

constexpr float kEpsilon = std::numeric_limits<float>::epsilon();

// Python's str of a float, which is its repr.
std::string python_text(float value) {
  const std::string text = fmt::format("{}", static_cast<double>(value));
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string python_text(const std::vector<std::int64_t>& labels) {
  return fmt::format("[{}]", fmt::join(labels, ", "));
}

void check_range(std::span<const float> probabilities) {
  const auto [least, most] = std::minmax_element(probabilities.begin(), probabilities.end());
  if (*most > 1) throw Error("y_prob contains values greater than 1: {}", python_text(*most));
  if (*least < 0) throw Error("y_prob contains values lower than 0: {}", python_text(*least));
}

// What is wrong with the order of the labels, or with labels listed twice.
void check_order(const std::vector<std::int64_t>& labels, const std::vector<std::int64_t>& classes,
                 std::vector<std::string>& warnings) {
  if (classes.size() == 1) return;
  if (classes.size() != labels.size()) {
    throw Error("operands could not be broadcast together with shapes ({},) ({},) ", classes.size(),
                labels.size());
  }
  if (classes == labels) return;
  warnings.push_back(fmt::format(
      "UserWarning: Labels passed were {}. But this function assumes labels are ordered "
      "lexicographically. Pass the ordered labels={} and ensure that the columns of y_prob "
      "correspond to this ordering.",
      python_text(labels), python_text(classes)));
}

void check_declared(LabelSpan y_true, const std::vector<std::int64_t>& labels,
                    const std::vector<std::int64_t>& classes) {
  const auto present = unique_labels({y_true});
  std::vector<std::int64_t> undeclared;
  std::set_difference(present.begin(), present.end(), classes.begin(), classes.end(),
                      std::back_inserter(undeclared));
  if (undeclared.empty()) return;
  throw Error("y_true contains values {{{}}} not belonging to the passed labels {}.",
              fmt::join(undeclared, ", "), python_text(labels));
}

std::vector<std::int64_t> column_classes(LabelSpan y_true, const LogLossOptions& options,
                                         std::vector<std::string>& warnings) {
  if (!options.labels) {
    auto classes = unique_labels({y_true});
    if (classes.size() > 1) return classes;
    throw Error(
        "y_true contains only one label ({}). Please provide the list of all expected class labels "
        "explicitly through the labels argument.",
        classes.front());
  }
  auto classes = unique_labels({*options.labels});
  if (classes.empty()) throw Error("y has 0 samples: []");
  check_order(*options.labels, classes, warnings);
  check_declared(y_true, *options.labels, classes);
  if (classes.size() > 1) return classes;
  throw Error("The labels array needs to contain at least two labels, got {}.",
              numpy_text(classes));
}

void check_columns(const std::vector<std::int64_t>& classes, std::size_t columns,
                   bool labels_given) {
  if (classes.size() == columns) return;
  if (labels_given) {
    throw Error(
        "The number of classes in labels is different from that in y_prob. Classes found in "
        "labels: {}",
        numpy_text(classes));
  }
  throw Error(
      "y_true and y_prob contain different number of classes: {} vs {}. Please provide the true "
      "labels explicitly through the labels argument. Classes found in y_true: {}",
      classes.size(), columns, numpy_text(classes));
}

bool sum_to_one(const ScoreMatrix& probabilities) {
  const float tolerance = 1e-8F + std::sqrt(kEpsilon);
  for (std::size_t i = 0; i < probabilities.rows(); ++i) {
    if (std::abs(numpy_sum(probabilities.row(i)) - 1) > tolerance) return false;
  }
  return true;
}

// The two columns that one alone stands for.
std::vector<float> both_columns(std::span<const float> second) {
  std::vector<float> both;
  for (const float probability : second) both.insert(both.end(), {1 - probability, probability});
  return both;
}

}  // namespace

Metric log_loss(LabelSpan y_true, ScoreMatrix probabilities, const LogLossOptions& options) {
  check_scores(probabilities);
  check_range(probabilities.values);
  check_consistent_length({probabilities.rows(), y_true.size()});
  Metric metric{};
  const auto classes = column_classes(y_true, options, metric.warnings);
  std::vector<float> both;
  if (probabilities.columns == 1) {
    both = both_columns(probabilities.values);
    probabilities = {both, 2};
  }
  if (!sum_to_one(probabilities)) {
    metric.warnings.push_back(
        "UserWarning: The y_prob values do not sum to one. Make sure to pass probabilities.");
  }
  check_columns(classes, probabilities.columns, options.labels.has_value());

  std::vector<float> losses(y_true.size());
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const auto column =
        std::lower_bound(classes.begin(), classes.end(), y_true[i]) - classes.begin();
    const float probability =
        std::clamp(probabilities.row(i)[static_cast<std::size_t>(column)], kEpsilon, 1 - kEpsilon);
    losses[i] = static_cast<float>(-std::log(static_cast<double>(probability)));
  }
  const auto sum = static_cast<double>(numpy_sum<float>(losses));
  metric.value = static_cast<float>(sum / static_cast<double>(losses.size()));
  return metric;
}

}  // namespace mnist
