#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mnist/metrics/labels.hpp"
#include "mnist/metrics/numpy_text.hpp"

namespace mnist {

/// What the counts of a confusion matrix are divided by.
enum class Normalize : std::uint8_t { kNone, kTrue, kPred, kAll };

struct ConfusionMatrixOptions {
  /// The classes of the rows and columns, in this order; nothing: all in the data, ascending.
  std::optional<std::vector<std::int64_t>> labels = std::nullopt;
  /// kTrue: shares of each row, kPred: of each column, kAll: of the whole.
  Normalize normalize = Normalize::kNone;
};

/// How often samples of each class were taken for each class: rows are true classes, columns
/// predicted ones, both in the order of `labels`.
struct ConfusionMatrix {
  std::vector<std::int64_t> labels;   ///< N classes, at least one.
  std::vector<std::int64_t> counts;   ///< N×N, row-major.
  std::vector<double> shares;         ///< The normalised counts, N×N; empty if not asked for.
  std::vector<std::string> warnings;  ///< "Category: message", for the caller to show.

  /// What Python's `print` shows of scikit-learn's matrix (numpy_text.hpp), of the shares where
  /// they were asked for, without the last newline. More than `threshold` elements are summarised;
  /// the largest std::size_t prints all.
  [[nodiscard]] std::string text(std::size_t threshold = kNumpyThreshold) const;

  /// An array of rows: integers, or shares where they were asked for (numpy.ndarray.tolist).
  [[nodiscard]] nlohmann::ordered_json json() const;
};

/// The counts divided as `normalize` says, which is not kNone: N×N, row-major; 0 where a row,
/// column or the whole has no samples.
std::vector<double> shares_of(const ConfusionMatrix& matrix, Normalize normalize);

/// scikit-learn 1.9's confusion_matrix(y_true, y_pred, labels=, normalize=). Its ways:
/// - Samples with a true or predicted class outside `labels` are left out.
/// - A class listed twice counts in its last row and column; the others stay 0.
/// - A row, column or whole without samples has the shares 0 (numpy.nan_to_num).
/// - One class makes a matrix of one number, and a UserWarning.
///
/// Memory and time grow with N² beside the samples. Throws Error with scikit-learn's message when
/// the inputs differ in length or are empty, or `labels` is empty or has no class of y_true.
ConfusionMatrix confusion_matrix(LabelSpan y_true, LabelSpan y_pred,
                                 const ConfusionMatrixOptions& options = {});

}  // namespace mnist
