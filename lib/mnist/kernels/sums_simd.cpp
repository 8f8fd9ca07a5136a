#include "mnist/kernels/sums_simd.hpp"

#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/sums_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

void add_up_rows(const float* HWY_RESTRICT rows, const Shards& shards, std::int64_t size,
                 std::int64_t begin, std::int64_t end, float* HWY_RESTRICT sums) {
  const Floats d;
  for (std::int64_t i = begin; i < end; i += kLanes) {
    const std::int64_t left = end - i;
    ShardTree<1> tree;
    for (std::int64_t shard = 0; shard < shards.count; ++shard) {
      const std::int64_t first = shards.begin(shard);
      Vector sum[1] = {load_first(d, rows + first * size + i, left)};
      for (std::int64_t row = first + 1; row < shards.begin(shard + 1); ++row) {
        sum[0] = hn::Add(sum[0], load_first(d, rows + row * size + i, left));
      }
      tree.add(sum);
    }
    store_first(tree.total()[0], d, sums + i, left);
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(add_up_rows);

void sum_of_rows(const float* rows, const Shards& shards, std::int64_t size, std::int64_t begin,
                 std::int64_t end, float* sums) {
  HWY_DYNAMIC_DISPATCH(add_up_rows)(rows, shards, size, begin, end, sums);
}

}  // namespace mnist::simd
#endif
