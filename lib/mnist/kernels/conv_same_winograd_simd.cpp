#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_same_winograd_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "mnist/kernels/conv_window-inl.hpp"
#include "mnist/kernels/simd-inl.hpp"
#include "mnist/kernels/winograd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// Where the results of a window go that no pooling follows, as far as they are within the image.
struct Positions {
  float* result;
  std::int64_t rows, columns;  ///< 1 or 2 of each
};

Positions positions_of(const ConvSameShape& shape, std::int64_t row, std::int64_t column,
                       float* results) {
  return {results + 2 * (row * shape.columns + column) * shape.images.outputs,
          std::min<std::int64_t>(shape.rows - 2 * row, 2),
          std::min<std::int64_t>(shape.columns - 2 * column, 2)};
}

/// The sums of `outputs` outputs from `first` on at the positions of one window. What it returns is
/// finite if they all are.
HWY_INLINE Vector finish_positions(const ConvSameShape& shape, const Vector (&sums)[4],
                                   const Positions& to, std::int64_t first, std::int64_t outputs) {
  const Floats d;
  Vector magnitude = hn::Zero(d);
  for (int p = 0; p < 4; ++p) {
    if (p / 2 >= to.rows || p % 2 >= to.columns) continue;
    magnitude = hn::Add(magnitude, hn::Abs(sums[p]));
    store_first(shape.relu ? hn::Max(sums[p], hn::Zero(d)) : sums[p], d,
                to.result + (p / 2 * shape.columns + p % 2) * shape.images.outputs + first,
                outputs);
  }
  return magnitude;
}

bool winograd_same(const ConvSameShape& shape, const float* images, const float* packed_filters,
                   std::int64_t begin, std::int64_t end, float* results) {
  const ConvShape& of = shape.images;
  Positions positions[kManyTiles];
  std::int64_t next = begin;
  return convolve_windows(
      of, packed_filters, /*winners=*/false, begin, end,
      [&](std::int64_t t) {
        const std::int64_t image = next / of.windows(), window = next % of.windows();
        ++next;
        positions[t] = positions_of(shape, window / of.pooled_width(), window % of.pooled_width(),
                                    results + image * shape.rows * shape.columns * of.outputs);
        return images + image * of.image_size() + of.corner(window);
      },
      [&](auto, std::int64_t t, const Vector(&sums)[4], std::int64_t first, std::int64_t left)
          HWY_ATTR { return finish_positions(shape, sums, positions[t], first, left); });
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(winograd_same);

bool conv_same_winograd(const ConvSameShape& shape, const float* images, const float* packed,
                        std::int64_t begin, std::int64_t end, float* results) {
  return HWY_DYNAMIC_DISPATCH(winograd_same)(shape, images, packed, begin, end, results);
}

}  // namespace mnist::simd
#endif
