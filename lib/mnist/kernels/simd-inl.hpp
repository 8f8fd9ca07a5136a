// What the kernels share. Highway compiles it once for each instruction set, hence the guard.
#if defined(MNIST_KERNELS_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MNIST_KERNELS_SIMD_INL_HPP
#undef MNIST_KERNELS_SIMD_INL_HPP
#else
#define MNIST_KERNELS_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "mnist/kernels/shards.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr std::int64_t kLanes = hn::MaxLanes(Floats());

/// AVX-512 and NEON have 32 vector registers, the others 16.
constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_ARCH_ARM_A64;

constexpr std::int64_t round_up(std::int64_t value, std::int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// How far apart rows of `size` elements are best: whole vectors, and where they are long no power
/// of two, by which they would take each other's place in the cache.
constexpr std::int64_t row_stride(std::int64_t size) {
  constexpr std::int64_t kCacheLine = 64 / sizeof(float), kLong = 64;
  return round_up(size, kLanes) + (size < kLong ? 0 : std::max(kCacheLine, kLanes));
}

/// Calls `function` with `value`, which is in [1, kMax], as a constant.
template <int kMax, class Function>
HWY_INLINE void with_constant(std::int64_t value, const Function& function) {
  if constexpr (kMax > 1) {
    if (value < kMax) return with_constant<kMax - 1>(value, function);
  }
  function(std::integral_constant<int, kMax>());
}

/// One half of the lanes is added to the other until one is left: Highway's own sum adds in an
/// order that differs from version to version.
template <class D>
HWY_INLINE float sum_of_lanes(D /*d*/, hn::Vec<D> vector) {
  if constexpr (hn::MaxLanes(D()) == 1) {
    return hn::GetLane(vector);
  } else {
    const hn::Half<D> half;
    // Found by its arguments, as the scalar target has none.
    return sum_of_lanes(half, hn::Add(LowerHalf(half, vector), UpperHalf(half, vector)));
  }
}

/// The first `count` elements at `from`, `stride` apart, then zeros; reads no others.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> load_first(D d, const T* from, std::int64_t count, std::int64_t stride = 1) {
  constexpr auto kSize = static_cast<std::int64_t>(hn::MaxLanes(D()));
  if (count >= kSize && stride == 1) return hn::LoadU(d, from);
  HWY_ALIGN T padded[kSize] = {};
  for (std::int64_t i = 0; i < std::min(count, kSize); ++i) padded[i] = from[i * stride];
  return hn::Load(d, padded);
}

/// Writes the first `count` elements, `stride` apart, and no others.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE void store_first(hn::Vec<D> vector, D d, T* to, std::int64_t count,
                            std::int64_t stride = 1) {
  constexpr auto kSize = static_cast<std::int64_t>(hn::MaxLanes(D()));
  if (count >= kSize && stride == 1) return hn::StoreU(vector, d, to);
  HWY_ALIGN T padded[kSize];
  hn::Store(vector, d, padded);
  for (std::int64_t i = 0; i < std::min(count, kSize); ++i) to[i * stride] = padded[i];
}

/// Adds up the sums of shards, which come in order, as mnist/kernels/shards.hpp says: like a binary
/// counter, it keeps one sum for each power of two that has come.
template <int kVectors>
class ShardTree {
 public:
  void add(const Vector (&sum)[kVectors]) {
    Vector carry[kVectors];
    std::copy_n(sum, kVectors, carry);
    int level = 0;
    for (; (count_ >> level & 1) != 0; ++level) add_to(carry, level);
    std::copy_n(carry, kVectors, levels_[level]);
    ++count_;
  }

  /// Of at least one shard, and not to be added to any more.
  const Vector (&total())[kVectors] {
    int level = 0;
    while ((count_ >> level & 1) == 0) ++level;
    Vector(&sum)[kVectors] = levels_[level];
    for (int next = level + 1; count_ >> next != 0; ++next) {
      if ((count_ >> next & 1) != 0) add_to(sum, next);
    }
    return sum;
  }

 private:
  static constexpr int kLevels = std::bit_width(static_cast<unsigned>(Shards::kMost));

  void add_to(Vector (&sum)[kVectors], int level) {
    for (int v = 0; v < kVectors; ++v) sum[v] = hn::Add(levels_[level][v], sum[v]);
  }

  Vector levels_[kLevels][kVectors];
  unsigned count_ = 0;
};

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the guard
