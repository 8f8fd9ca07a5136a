#include "mnist/metrics/labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_set>

#include "mnist/error.hpp"

namespace mnist {

std::vector<std::int64_t> unique_labels(std::initializer_list<LabelSpan> labels) {
  std::unordered_set<std::int64_t> seen;
  for (const LabelSpan span : labels) seen.insert(span.begin(), span.end());
  std::vector<std::int64_t> unique(seen.begin(), seen.end());
  std::sort(unique.begin(), unique.end());
  return unique;
}

LabelIndex index_labels(LabelSpan labels) {
  LabelIndex index;
  for (std::size_t i = 0; i < labels.size(); ++i) index[labels[i]] = i;
  return index;
}

void check_consistent_length(std::initializer_list<std::size_t> lengths) {
  const auto differs = [&](std::size_t length) { return length != *lengths.begin(); };
  if (std::any_of(lengths.begin(), lengths.end(), differs)) {
    throw Error("Found input variables with inconsistent numbers of samples: [{}]",
                fmt::join(lengths, ", "));
  }
}

void check_targets(LabelSpan y_true, LabelSpan y_pred) {
  check_consistent_length({y_true.size(), y_pred.size()});
  if (y_true.empty()) {
    throw Error(
        "Found empty input array (e.g., `y_true` or `y_pred`) while a minimum of 1 sample is "
        "required.");
  }
}

}  // namespace mnist
