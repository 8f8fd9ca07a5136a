#pragma once

#include <cstdint>

#include "mnist/kernels/shards.hpp"

namespace mnist::simd {

/// sums[i] = rows[i] + rows[size + i] + rows[2 size + i] + …, over rows of `size` elements, in the
/// order of their shards, for i in [begin, end).
void sum_of_rows(const float* rows, const Shards& shards, std::int64_t size, std::int64_t begin,
                 std::int64_t end, float* sums);

}  // namespace mnist::simd
