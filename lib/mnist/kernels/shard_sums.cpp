#include "mnist/kernels/shard_sums.hpp"

#include <algorithm>

#include "mnist/kernels/sums_simd.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {

void add_up_shards(const float* parts, const Shards& shards, std::int64_t size, float* sums) {
  constexpr std::int64_t kPiece = 4096;
  const Shards each(shards.count);  // has a row
  parallel_for((size + kPiece - 1) / kPiece, [&](std::int64_t piece) {
    const std::int64_t begin = piece * kPiece;
    simd::sum_of_rows(parts, each, size, begin, std::min(begin + kPiece, size), sums);
  });
}

void add_up_shards(double* parts, const Shards& shards, std::int64_t size) {
  for (std::int64_t step = 1; step < shards.count; step *= 2) {
    for (std::int64_t shard = 0; shard + step < shards.count; shard += 2 * step) {
      double* to = parts + shard * size;
      const double* from = to + step * size;
      for (std::int64_t i = 0; i < size; ++i) to[i] += from[i];
    }
  }
}

}  // namespace mnist
