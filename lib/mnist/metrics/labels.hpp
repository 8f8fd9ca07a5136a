#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <unordered_map>
#include <vector>

namespace mnist {

/// Class labels, one a sample. Any integer is a label: nothing is allocated by a label's value.
using LabelSpan = std::span<const std::int64_t>;

/// Where each label stands in a list of labels.
using LabelIndex = std::unordered_map<std::int64_t, std::size_t>;

/// The distinct labels, ascending (sklearn.utils.multiclass.unique_labels).
std::vector<std::int64_t> unique_labels(std::initializer_list<LabelSpan> labels);

/// The position of each label; of a label listed twice, the last position.
LabelIndex index_labels(LabelSpan labels);

/// Throws Error unless the lengths are equal (sklearn.utils.check_consistent_length).
void check_consistent_length(std::initializer_list<std::size_t> lengths);

/// Throws Error unless there is one prediction a label, and at least one
/// (sklearn.metrics._classification._check_targets).
void check_targets(LabelSpan y_true, LabelSpan y_pred);

}  // namespace mnist
