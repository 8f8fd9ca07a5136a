#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_forward_winograd_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/conv_window-inl.hpp"
#include "mnist/kernels/simd-inl.hpp"
#include "mnist/kernels/winograd-inl.hpp"
#include "mnist/machine/thread_pool.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

std::int64_t winograd_size_of_packed(const ConvShape& shape) {
  return round_up(shape.outputs, kLanes) * (kElements * shape.channels + 1);
}

/// G g G^T of `kLanes` filters, of which element (y, x) is at `filters` + (3y + x) `stride`; its
/// elements go `packed_stride` apart.
HWY_INLINE void transform_filters(const float* filters, std::int64_t stride, float* packed,
                                  std::int64_t packed_stride) {
  const Floats d;
  const Vector half = hn::Set(d, 0.5F);
  Vector rows[4][3];  // G g
  for (int x = 0; x < 3; ++x) {
    const Vector g0 = hn::Load(d, filters + x * stride),
                 g1 = hn::Load(d, filters + (3 + x) * stride),
                 g2 = hn::Load(d, filters + (6 + x) * stride), outer = hn::Add(g0, g2);
    rows[0][x] = g0;
    rows[1][x] = hn::Mul(half, hn::Add(outer, g1));
    rows[2][x] = hn::Mul(half, hn::Sub(outer, g1));
    rows[3][x] = g2;
  }
  for (int y = 0; y < 4; ++y) {
    const Vector outer = hn::Add(rows[y][0], rows[y][2]);
    float* row = packed + 4 * y * packed_stride;
    hn::Store(rows[y][0], d, row);
    hn::Store(hn::Mul(half, hn::Add(outer, rows[y][1])), d, row + packed_stride);
    hn::Store(hn::Mul(half, hn::Sub(outer, rows[y][1])), d, row + 2 * packed_stride);
    hn::Store(rows[y][2], d, row + 3 * packed_stride);
  }
}

/// A block of outputs: first their biases, then for each element of the transformed filters and
/// each channel their weights; zeros where the outputs do not fill the last vector.
void pack_block(const ConvShape& shape, const float* filters, const float* biases,
                std::int64_t outputs, float* packed) {
  const std::int64_t taps = shape.patch_size(), row = round_up(outputs, kLanes);
  std::fill_n(packed, row, 0.0F);
  std::copy_n(biases, outputs, packed);
  packed += row;
  const auto transposed = hwy::AllocateAligned<float>(static_cast<std::size_t>(taps * row));
  std::fill_n(transposed.get(), taps * row, 0.0F);
  for (std::int64_t i = 0; i < outputs; ++i) {
    const float* filter = filters + i * taps;
    float* column = transposed.get() + i;
    for (std::int64_t j = 0; j < taps; ++j) column[j * row] = filter[j];
  }
  const std::int64_t size = shape.channels * row;
  for (std::int64_t i = 0; i < size; i += kLanes) {
    transform_filters(transposed.get() + i, size, packed + i, size);
  }
}

// A block after the other.
void winograd_pack(const ConvShape& shape, const float* filters, const float* biases,
                   float* packed) {
  const std::int64_t channels = shape.channels, taps = shape.patch_size();
  parallel_for((shape.outputs + kBlockOutputs - 1) / kBlockOutputs, [&](std::int64_t i) HWY_ATTR {
    const std::int64_t first = i * kBlockOutputs;
    pack_block(shape, filters + first * taps, biases + first,
               std::min(shape.outputs - first, kBlockOutputs),
               packed + first * (kElements * channels + 1));
  });
}

bool winograd_forward(const ConvShape& shape, const float* images, const float* packed_filters,
                      std::int64_t begin, std::int64_t end, float* results, Winner* winners) {
  const std::int64_t stride = shape.output_stride();
  Windows next(shape, images, results, winners, begin);
  Window windows[kManyTiles];
  return convolve_windows(
      shape, packed_filters, winners != nullptr, begin, end,
      [&](std::int64_t t) {
        windows[t] = *next;
        ++next;
        return windows[t].corner;
      },
      [&](auto with_winners, std::int64_t t, const Vector(&sums)[4], std::int64_t first,
          std::int64_t left) HWY_ATTR {
        return finish_window<decltype(with_winners)::value>(sums, windows[t], first, stride, left);
      });
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(winograd_size_of_packed);
HWY_EXPORT(winograd_pack);
HWY_EXPORT(winograd_forward);

ConvForward conv_forward_winograd(const ConvShape& shape) {
  return {
      .packed_size =
          [](const ConvShape& s) { return HWY_DYNAMIC_DISPATCH(winograd_size_of_packed)(s); },
      .pack_filters =
          [](const ConvShape& s, const float* filters, const float* biases, float* packed) {
            HWY_DYNAMIC_DISPATCH(winograd_pack)(s, filters, biases, packed);
          },
      .compute =
          [](const ConvShape& s, const float* images, const float* packed, std::int64_t begin,
             std::int64_t end, float* results, Winner* winners) {
            return HWY_DYNAMIC_DISPATCH(winograd_forward)(s, images, packed, begin, end, results,
                                                          winners);
          },
      .products = 16 * shape.channels * shape.outputs,
      .windows = are_winograd_filters_near(shape) ? 12 : 24,
  };
}

}  // namespace mnist::simd
#endif
