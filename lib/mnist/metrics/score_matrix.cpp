#include "mnist/metrics/score_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mnist/error.hpp"

namespace mnist {

void check_has_samples(std::size_t samples, std::string_view shape) {
  if (samples > 0) return;
  throw Error("Found array with 0 sample(s) (shape={}) while a minimum of 1 is required.", shape);
}

void check_scores(const ScoreMatrix& scores) {
  if (scores.rows() * scores.columns != scores.values.size()) {
    throw Error("expected rows of {} scores, found {} scores", scores.columns,
                scores.values.size());
  }
  const auto odd = std::find_if_not(scores.values.begin(), scores.values.end(),
                                    [](float score) { return std::isfinite(score); });
  if (odd != scores.values.end()) {
    throw Error("Input contains {}.",
                std::isnan(*odd) ? "NaN" : "infinity or a value too large for dtype('float32')");
  }
  check_has_samples(scores.rows(), fmt::format("(0, {})", scores.columns));
}

}  // namespace mnist
