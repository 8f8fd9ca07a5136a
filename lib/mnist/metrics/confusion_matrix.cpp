#include "mnist/metrics/confusion_matrix.hpp"

#include <algorithm>

#include "mnist/error.hpp"

namespace mnist {
namespace {

void check_lengths(LabelSpan y_true, LabelSpan y_pred) {
  // scikit-learn's third length is that of the sample weights, which it makes up from y_true.
  if (!y_true.empty()) check_consistent_length({y_true.size(), y_pred.size(), y_true.size()});
  check_targets(y_true, y_pred);
}

void check_labels(LabelSpan y_true, const LabelIndex& index) {
  if (index.empty()) throw Error("'labels' should contain at least one label.");
  if (std::none_of(y_true.begin(), y_true.end(),
                   [&](std::int64_t label) { return index.contains(label); })) {
    throw Error("At least one label specified must be in y_true");
  }
}

std::vector<std::int64_t> count_pairs(LabelSpan y_true, LabelSpan y_pred, const LabelIndex& index,
                                      std::size_t classes) {
  std::vector<std::int64_t> counts(classes * classes);
  for (std::size_t i = 0; i < y_true.size(); ++i) {
    const auto row = index.find(y_true[i]);
    const auto column = index.find(y_pred[i]);
    if (row == index.end() || column == index.end()) continue;
    ++counts[row->second * classes + column->second];
  }
  return counts;
}

template <typename Value>
nlohmann::ordered_json rows_of(const std::vector<Value>& values, std::size_t columns) {
  auto rows = nlohmann::ordered_json::array();
  for (auto row = values.begin(); row != values.end();
       row += static_cast<std::ptrdiff_t>(columns)) {
    rows.push_back(std::vector<Value>(row, row + static_cast<std::ptrdiff_t>(columns)));
  }
  return rows;
}

}  // namespace

std::string ConfusionMatrix::text(std::size_t threshold) const {
  return shares.empty() ? numpy_text(counts, labels.size(), threshold)
                        : numpy_text(shares, labels.size(), threshold);
}

nlohmann::ordered_json ConfusionMatrix::json() const {
  return shares.empty() ? rows_of(counts, labels.size()) : rows_of(shares, labels.size());
}

std::vector<double> shares_of(const ConfusionMatrix& matrix, Normalize normalize) {
  const std::vector<std::int64_t>& counts = matrix.counts;
  const std::size_t classes = matrix.labels.size();
  const auto group = [&](std::size_t i) {
    if (normalize == Normalize::kTrue) return i / classes;
    if (normalize == Normalize::kPred) return i % classes;
    return std::size_t{0};
  };
  std::vector<std::int64_t> totals(classes);
  for (std::size_t i = 0; i < counts.size(); ++i) totals[group(i)] += counts[i];
  std::vector<double> shares(counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    shares[i] = static_cast<double>(counts[i]) / static_cast<double>(totals[group(i)]);
  }
  return shares;
}

ConfusionMatrix confusion_matrix(LabelSpan y_true, LabelSpan y_pred,
                                 const ConfusionMatrixOptions& options) {
  check_lengths(y_true, y_pred);
  ConfusionMatrix matrix;
  matrix.labels = options.labels ? *options.labels : unique_labels({y_true, y_pred});
  const LabelIndex index = index_labels(matrix.labels);
  check_labels(y_true, index);
  const std::size_t classes = matrix.labels.size();
  matrix.counts = count_pairs(y_true, y_pred, index, classes);
  if (options.normalize != Normalize::kNone) {
    matrix.shares = shares_of(matrix, options.normalize);
  }
  if (classes == 1) {
    matrix.warnings.push_back(
        "UserWarning: A single label was found in 'y_true' and 'y_pred'. For the confusion matrix "
        "to have the correct shape, use the 'labels' parameter to pass all known labels.");
  }
  return matrix;
}

}  // namespace mnist
