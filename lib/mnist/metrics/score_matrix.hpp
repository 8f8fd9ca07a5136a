#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// A view of a float32 matrix of scores or probabilities, row-major: a row for each sample, a
/// column for each class, the classes ascending.
struct ScoreMatrix {
  std::span<const float> values;  ///< Rows × columns of them.
  std::size_t columns;

  [[nodiscard]] std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
  [[nodiscard]] std::span<const float> row(std::size_t i) const {
    return values.subspan(i * columns, columns);
  }
};

/// A number, and what scikit-learn warns of: "Category: message", for the caller to show.
struct Metric {
  double value;
  std::vector<std::string> warnings;
};

/// Throws Error where there are no samples, naming the shape (sklearn.utils.check_array).
void check_has_samples(std::size_t samples, std::string_view shape);

/// Throws Error unless `values` fill whole rows, there is one, and all are finite
/// (sklearn.utils.check_array).
void check_scores(const ScoreMatrix& scores);

}  // namespace mnist
