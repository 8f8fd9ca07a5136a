#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>

namespace mnist {

/// The sum of a contiguous array as numpy.sum rounds it, to the last bit, in the type of its
/// elements: pairwise, in two halves (the first a multiple of 8 long) down to blocks of at most
/// 128, each of which is added up in 8 interleaved partial sums and a tail. The source is
/// pairwise_sum in numpy's _core/src/umath/loops_utils.h.src.
template <std::floating_point Real>
Real numpy_sum(std::span<const Real> values) {
  constexpr std::size_t kLanes = 8;
  constexpr std::size_t kBlock = 128;
  const std::size_t count = values.size();
  if (count > kBlock) {
    const std::size_t half = count / 2 - count / 2 % kLanes;
    return numpy_sum(values.first(half)) + numpy_sum(values.subspan(half));
  }
  Real sum{};
  std::size_t i = 0;
  if (count >= kLanes) {
    std::array<Real, kLanes> lanes{};
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
    }
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
          ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; i < count; ++i) sum += values[i];
  return sum;
}

}  // namespace mnist
