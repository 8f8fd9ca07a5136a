#pragma once

#include <cstdint>

namespace mnist::simd {

/// sums[i] = rows[i] + rows[size + i] + rows[2 size + i] + …, over `count` rows of `size` elements,
/// in the order of mnist/kernels/shards.hpp, for i in [begin, end).
void sum_of_rows(const float* rows, std::int64_t count, std::int64_t size, std::int64_t begin,
                 std::int64_t end, float* sums);

}  // namespace mnist::simd
