#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mnist {

/// numpy's `threshold` print option: arrays of more elements are summarised, their first and last
/// three rows and columns around `...`.
inline constexpr std::size_t kNumpyThreshold = 1000;

// What Python's `print` shows of a numpy array, without the last newline: str(array), that is
// numpy.array2string with numpy's default print options. The source is numpy's
// _core/arrayprint.py.
//
// - Lines break where they would pass 75 columns (_formatArray, _extendLine), and go on under the
//   row's first number.
// - Integers are padded on the left to the widest that is shown (IntegerFormat).
// - Floats have as few digits as tell them apart, at most 8 after the point, and are padded on both
//   sides so that the points align (FloatingFormat); all have an exponent if the largest is at
//   least 1e8, or the smallest but 0 is below 1e-4 or a thousandth of the largest. Only elements
//   that are shown count. Digits beyond the eighth are rounded from the exact binary value, ties to
//   even.

/// A vector of integers.
std::string numpy_text(std::span<const std::int64_t> values,
                       std::size_t threshold = kNumpyThreshold);

/// A row-major matrix of integers with `columns` columns, at least one.
std::string numpy_text(std::span<const std::int64_t> values, std::size_t columns,
                       std::size_t threshold);

/// A row-major matrix of numbers that are 0 or from 1e-99 to 1e99.
std::string numpy_text(std::span<const double> values, std::size_t columns, std::size_t threshold);

}  // namespace mnist
