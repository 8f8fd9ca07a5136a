#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_forward_winograd_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/conv_window-inl.hpp"
#include "mnist/kernels/simd-inl.hpp"

// In the terms of Lavin and Gray 2016 (Fast Algorithms for Convolutional Neural Networks): the 4x4
// pixels that a window's four patches cover are a tile d, and its four sums are
// A^T [sum over channels (G g G^T) * (B^T d B)] A for a filter g, the product element by element.
HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// Tiles times `kBlockVectors` are summed in registers.
constexpr int kTiles = kManyRegisters ? 12 : 6;
constexpr int kElements = 16;  // of a transformed tile or filter, row by row

std::int64_t winograd_size_of_packed(const ConvPoolShape& shape) {
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

// A block of outputs after the other: first their biases, then for each element of the transformed
// filters and each channel their weights; zeros where the outputs do not fill the last vector.
void winograd_pack(const ConvPoolShape& shape, const float* filters, const float* biases,
                   float* packed) {
  const std::int64_t channels = shape.channels, taps = shape.patch_size();
  const auto transposed =
      hwy::AllocateAligned<float>(static_cast<std::size_t>(taps * kBlockOutputs));
  for (std::int64_t first = 0; first < shape.outputs; first += kBlockOutputs) {
    const std::int64_t outputs = std::min(shape.outputs - first, kBlockOutputs);
    const std::int64_t row = round_up(outputs, kLanes);
    std::fill_n(packed, row, 0.0F);
    std::copy_n(biases + first, outputs, packed);
    packed += row;
    std::fill_n(transposed.get(), taps * row, 0.0F);
    for (std::int64_t i = 0; i < outputs; ++i) {
      const float* filter = filters + (first + i) * taps;
      for (std::int64_t j = 0; j < taps; ++j)
        transposed[static_cast<std::size_t>(j * row + i)] = filter[j];
    }
    for (std::int64_t i = 0; i < channels * row; i += kLanes) {
      transform_filters(transposed.get() + i, channels * row, packed + i, channels * row);
    }
    packed += kElements * channels * row;
  }
}

/// B^T applied to four numbers.
HWY_INLINE void apply_b(const Vector& d0, const Vector& d1, const Vector& d2, const Vector& d3,
                        Vector (&result)[4]) {
  result[0] = hn::Sub(d0, d2);
  result[1] = hn::Add(d1, d2);
  result[2] = hn::Sub(d2, d1);
  result[3] = hn::Sub(d1, d3);
}

/// B^T d B of the tile that begins at `corner`, for each channel; its elements go `stride` apart.
HWY_INLINE void transform_tile(const ConvPoolShape& shape, const float* corner, float* transformed,
                               std::int64_t stride) {
  const Floats d;
  const std::int64_t image_row = shape.width * shape.channels;
  for (std::int64_t c = 0; c < shape.channels; c += kLanes) {
    const std::int64_t left = shape.channels - c;
    Vector columns[4][4];  // of B^T d
    for (int x = 0; x < 4; ++x) {
      const float* pixels = corner + x * shape.channels + c;
      apply_b(load_first(d, pixels, left), load_first(d, pixels + image_row, left),
              load_first(d, pixels + 2 * image_row, left),
              load_first(d, pixels + 3 * image_row, left), columns[x]);
    }
    for (int y = 0; y < 4; ++y) {
      Vector row[4];
      apply_b(columns[0][y], columns[1][y], columns[2][y], columns[3][y], row);
      for (int x = 0; x < 4; ++x) hn::Store(row[x], d, transformed + (4 * y + x) * stride + c);
    }
  }
}

/// One element of `kTiles` transformed tiles, `tile_stride` apart, times that of a block's filters,
/// summed over the channels.
template <int kVectors>
HWY_INLINE void multiply(std::int64_t channels, const float* HWY_RESTRICT tiles,
                         std::int64_t tile_stride, const float* HWY_RESTRICT filters,
                         float* HWY_RESTRICT products) {
  const Floats d;
  Vector sums[kTiles][kVectors];
  for (auto& tile_sums : sums) {
    for (Vector& sum : tile_sums) sum = hn::Zero(d);
  }
  for (std::int64_t c = 0; c < channels; ++c) {
    Vector weights[kVectors];
    for (int v = 0; v < kVectors; ++v) weights[v] = hn::Load(d, filters + v * kLanes);
    filters += kVectors * kLanes;
    for (int t = 0; t < kTiles; ++t) {
      const Vector pixel = hn::Set(d, tiles[t * tile_stride + c]);
      for (int v = 0; v < kVectors; ++v) sums[t][v] = hn::MulAdd(pixel, weights[v], sums[t][v]);
    }
  }
  for (int t = 0; t < kTiles; ++t) {
    for (int v = 0; v < kVectors; ++v) {
      hn::Store(sums[t][v], d, products + (t * kVectors + v) * kLanes);
    }
  }
}

/// A^T m A of the elements m, which are `stride` apart, and the biases: the sums at the four
/// positions of a window.
HWY_INLINE void sums_of_window(const float* products, std::int64_t stride, const Vector& biases,
                               Vector (&sums)[4]) {
  const Floats d;
  Vector columns[4][2];  // of A^T m
  for (int x = 0; x < 4; ++x) {
    const Vector m0 = hn::Load(d, products + x * stride),
                 m1 = hn::Load(d, products + (4 + x) * stride),
                 m2 = hn::Load(d, products + (8 + x) * stride),
                 m3 = hn::Load(d, products + (12 + x) * stride);
    columns[x][0] = hn::Add(m0, hn::Add(m1, m2));
    columns[x][1] = hn::Sub(hn::Sub(m1, m2), m3);
  }
  for (int y = 0; y < 2; ++y) {
    sums[2 * y] = hn::Add(hn::Add(columns[0][y], hn::Add(columns[1][y], columns[2][y])), biases);
    sums[2 * y + 1] =
        hn::Add(hn::Sub(hn::Sub(columns[1][y], columns[2][y]), columns[3][y]), biases);
  }
}

/// A block of `outputs` outputs, in `kVectors` vectors, of `windows`. Returns whether all maxima
/// are finite.
template <int kVectors, bool kWinners>
bool convolve_block(const ConvPoolShape& shape, const float* transformed,
                    const float* HWY_RESTRICT block, std::int64_t first, std::int64_t outputs,
                    const Window* windows, std::int64_t count) {
  constexpr std::int64_t kStride = kTiles * kVectors * kLanes;
  const Floats d;
  const std::int64_t tile_stride = round_up(shape.channels, kLanes), stride = shape.output_stride();
  const float* filters = block + kVectors * kLanes;
  HWY_ALIGN float products[kElements * kStride];
  for (int e = 0; e < kElements; ++e) {
    multiply<kVectors>(shape.channels, transformed + e * kTiles * tile_stride, tile_stride,
                       filters + e * shape.channels * kVectors * kLanes, products + e * kStride);
  }
  auto finite = hn::FirstN(d, hn::MaxLanes(d));
  for (std::int64_t t = 0; t < count; ++t) {
    for (int v = 0; v < kVectors; ++v) {
      Vector sums[4];
      sums_of_window(products + (t * kVectors + v) * kLanes, kStride,
                     hn::Load(d, block + v * kLanes), sums);
      finite =
          hn::And(finite, hn::IsFinite(finish_window<kWinners>(sums, windows[t], first + v * kLanes,
                                                               stride, outputs - v * kLanes)));
    }
  }
  return hn::AllTrue(d, finite);
}

bool winograd_forward(const ConvPoolShape& shape, const float* images, const float* packed_filters,
                      std::int64_t begin, std::int64_t end, float* results, Winner* winners) {
  const std::int64_t tile_stride = round_up(shape.channels, kLanes);
  const auto transformed =
      hwy::AllocateAligned<float>(static_cast<std::size_t>(kElements * kTiles * tile_stride));
  Windows next(shape, images, results, winners, begin);
  bool finite = true;
  for (std::int64_t at = begin; at < end; at += kTiles) {
    Window windows[kTiles];
    for (int t = 0; t < kTiles; ++t) {
      windows[t] = *next;
      transform_tile(shape, windows[t].corner, transformed.get() + t * tile_stride,
                     kTiles * tile_stride);
      // The last window stands in for those after it.
      if (at + t + 1 < end) ++next;
    }
    const float* block = packed_filters;
    for_each_block(shape, winners != nullptr,
                   [&](auto vectors, auto with_winners, std::int64_t first, std::int64_t outputs)
                       HWY_ATTR {
                         constexpr int kVectors = decltype(vectors)::value;
                         finite &= convolve_block<kVectors, decltype(with_winners)::value>(
                             shape, transformed.get(), block, first, outputs, windows,
                             std::min<std::int64_t>(end - at, kTiles));
                         block += kVectors * kLanes * (kElements * shape.channels + 1);
                       });
  }
  return finite;
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(winograd_size_of_packed);
HWY_EXPORT(winograd_pack);
HWY_EXPORT(winograd_forward);

ConvForward conv_forward_winograd(const ConvPoolShape& shape) {
  return {
      .packed_size =
          [](const ConvPoolShape& s) { return HWY_DYNAMIC_DISPATCH(winograd_size_of_packed)(s); },
      .pack_filters =
          [](const ConvPoolShape& s, const float* filters, const float* biases, float* packed) {
            HWY_DYNAMIC_DISPATCH(winograd_pack)(s, filters, biases, packed);
          },
      .compute =
          [](const ConvPoolShape& s, const float* images, const float* packed, std::int64_t begin,
             std::int64_t end, float* results, Winner* winners) {
            return HWY_DYNAMIC_DISPATCH(winograd_forward)(s, images, packed, begin, end, results,
                                                          winners);
          },
      .products = 16 * shape.channels * shape.outputs,
      .windows = 12,
  };
}

}  // namespace mnist::simd
#endif
