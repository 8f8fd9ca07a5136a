#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "mnist/metrics/labels.hpp"
#include "mnist/metrics/precision_recall.hpp"

namespace mnist {

struct ClassificationReportOptions {
  /// The classes to report, in this order; nothing: all in the data, ascending.
  std::optional<std::vector<std::int64_t>> labels = std::nullopt;
  /// The classes' names, UTF-8; nothing: the labels as numbers.
  std::optional<std::vector<std::string>> target_names = std::nullopt;
  /// Digits after the point in the text, at least 0.
  int digits = 2;
  /// The score of a class that has none: without predicted or without true samples.
  ZeroDivision zero_division = ZeroDivision::kWarn;
};

/// Precision, recall, F1 and number of true samples of each class, and their averages.
struct ClassificationReport {
  struct Row {
    std::string name;
    Scores scores;
    std::int64_t support;
  };

  std::vector<Row> classes = {};
  std::vector<Row> averages = {};  ///< "accuracy" or "micro avg", "macro avg", "weighted avg".
  std::vector<std::string> warnings = {};  ///< "Category: message", for the caller to show.
  /// Code points of the longest name, be it one without a row; nothing if there is no name.
  std::optional<std::size_t> name_width = std::nullopt;
  std::size_t digits = 2;       ///< Digits after the point in the text.
  bool float_supports = false;  ///< Supports are printed as `1.0`.

  /// scikit-learn's text, with its last newline. Throws Error if there is no name.
  [[nodiscard]] std::string text() const;

  /// scikit-learn's `output_dict=True`: by name, `precision`, `recall`, `f1-score` and `support` as
  /// floats; `accuracy` is a number. A NaN is a NaN, which JSON text can only show as null.
  [[nodiscard]] nlohmann::ordered_json dict() const;
};

/// scikit-learn 1.9's classification_report(y_true, y_pred, labels=, target_names=, digits=,
/// zero_division=), to the last character, bit and warning. Its ways, which are kept:
///
/// Rows (multilabel_confusion_matrix)
/// - A class in `labels` that is not in the data has a row of zero divisions; a class listed twice
///   has two rows and counts twice in the averages.
/// - F1 is 2·tp / (true + predicted), not a mean of the printed numbers.
/// - When not one prediction is right, whatever `labels` holds, the counts turn into floats and the
///   supports are printed as `1.0`.
///
/// Averages (precision_recall_fscore_support, _nanaverage)
/// - The first is called `accuracy` if the rows cover every class in the data; otherwise it is
///   `micro avg`. Either way it is the micro average, whose F1 is printed after `accuracy` and
///   whose precision is its number in the dict; they differ where a class is listed twice.
/// - Undefined scores (NaN) are left out of the averages; if all are, so is the average. Where no
///   row has a true sample, the weighted average is the unweighted one.
/// - Sums are numpy's pairwise ones (numpy_sum.hpp).
///
/// Names
/// - Too many or few names are an error without `labels`, a UserWarning with them; then rows end
///   where names or labels do (zip), while all names count for the width and all classes for the
///   averages.
/// - The text has a row for each of two classes of one name; the dict keeps the place of the first
///   and the scores of the last, and an average replaces a class of its name. A class named
///   `accuracy` is its precision alone in the dict where there is no average of that name.
///
/// Text
/// - The first column is as wide as the longest name, `weighted avg` or `digits`, in code points
///   (str.format), so names with wide or combining characters do not align on a terminal. The
///   others are 9 wide and shift what follows where a number is longer.
/// - Numbers are rounded from their exact binary value, ties to even; undefined ones are `nan`.
///
/// Warnings (_warn_prf)
/// - With kWarn, one for each kind of score that is undefined, in the order precision, recall,
///   F-score, and that once for the rows and once for each of the three averages.
///
/// Time grows with the samples, memory with the classes. Throws Error with scikit-learn's message
/// when the inputs differ in length or are empty, the names are too many or few, or `digits` is
/// negative.
ClassificationReport classification_report(LabelSpan y_true, LabelSpan y_pred,
                                           const ClassificationReportOptions& options = {});

}  // namespace mnist
