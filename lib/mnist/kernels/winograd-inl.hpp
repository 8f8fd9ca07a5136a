// Winograd's F(2x2, 3x3), in the terms of Lavin and Gray 2016 (Fast Algorithms for Convolutional
// Neural Networks): the 4x4 pixels that a window's four patches cover are a tile d, and its four
// sums are A^T [sum over channels (G g G^T) * (B^T d B)] A for a filter g, the product element by
// element. Highway compiles this once for each instruction set, hence the guard.
#if defined(MNIST_KERNELS_WINOGRAD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MNIST_KERNELS_WINOGRAD_INL_HPP
#undef MNIST_KERNELS_WINOGRAD_INL_HPP
#else
#define MNIST_KERNELS_WINOGRAD_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>

#include "mnist/kernels/conv_simd.hpp"
#include "mnist/kernels/conv_window-inl.hpp"
#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

constexpr int kElements = 16;  // of a transformed tile or filter, row by row
/// Tiles times `kBlockVectors` are summed in registers.
constexpr int kTiles = kManyRegisters ? 12 : 6;
constexpr std::int64_t kManyTiles = 24;

/// Tiles that go through all filters before others do.
inline std::int64_t tiles_at_once(const ConvShape& shape) {
  return are_winograd_filters_near(shape) ? kTiles : kManyTiles;
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
HWY_INLINE void transform_tile(const ConvShape& shape, const float* corner, float* transformed,
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

/// A block of `outputs` outputs, in `kVectors` vectors, of `count` windows: calls `finish` with the
/// number of each, its sums, the first output and how many there are from that. `finish` returns
/// what has to be finite; returns whether all was.
template <int kVectors, class Finish>
HWY_INLINE bool convolve_block(const ConvShape& shape, const float* transformed,
                               const float* HWY_RESTRICT block, std::int64_t first,
                               std::int64_t outputs, std::int64_t count, float* products,
                               const Finish& finish) {
  const Floats d;
  const std::int64_t tiles = tiles_at_once(shape), stride = tiles * kVectors * kLanes,
                     tile_stride = row_stride(shape.channels);
  const float* filters = block + kVectors * kLanes;
  for (int e = 0; e < kElements; ++e) {
    for (std::int64_t t = 0; t < count; t += kTiles) {
      multiply<kVectors>(shape.channels, transformed + (e * tiles + t) * tile_stride, tile_stride,
                         filters + e * shape.channels * kVectors * kLanes,
                         products + e * stride + t * kVectors * kLanes);
    }
  }
  auto finite = hn::FirstN(d, hn::MaxLanes(d));
  for (std::int64_t t = 0; t < count; ++t) {
    for (int v = 0; v < kVectors; ++v) {
      Vector sums[4];
      sums_of_window(products + (t * kVectors + v) * kLanes, stride,
                     hn::Load(d, block + v * kLanes), sums);
      finite =
          hn::And(finite, hn::IsFinite(finish(t, sums, first + v * kLanes, outputs - v * kLanes)));
    }
  }
  return hn::AllTrue(d, finite);
}

/// The sums of windows [begin, end), some at a time, at most `kManyTiles`: calls `window_at` with
/// the number of each among these for the corner of its tile, then `finish`, as `convolve_block`
/// does, behind the constant of whether `winners` are wanted. Returns whether all was finite.
template <class WindowAt, class Finish>
HWY_INLINE bool convolve_windows(const ConvShape& shape, const float* packed_filters, bool winners,
                                 std::int64_t begin, std::int64_t end, const WindowAt& window_at,
                                 const Finish& finish) {
  const std::int64_t tiles = tiles_at_once(shape), tile_stride = row_stride(shape.channels);
  const auto room = [](std::int64_t size) {
    return hwy::AllocateAligned<float>(static_cast<std::size_t>(kElements * size));
  };
  const auto transformed = room(tiles * tile_stride), products = room(tiles * kBlockOutputs);
  bool finite = true;
  for (std::int64_t at = begin; at < end; at += tiles) {
    const std::int64_t count = std::min(end - at, tiles);
    const float* corner = nullptr;
    for (std::int64_t t = 0; t < round_up(count, kTiles); ++t) {
      // The last window stands in for those after it.
      if (t < count) corner = window_at(t);
      transform_tile(shape, corner, transformed.get() + t * tile_stride, tiles * tile_stride);
    }
    const float* block = packed_filters;
    for_each_block(
        shape, winners,
        [&](auto vectors, auto with_winners, std::int64_t first_output, std::int64_t outputs)
            HWY_ATTR {
              constexpr int kVectors = decltype(vectors)::value;
              finite &= convolve_block<kVectors>(
                  shape, transformed.get(), block, first_output, outputs, count, products.get(),
                  [&](std::int64_t t, const Vector(&sums)[4], std::int64_t first, std::int64_t left)
                      HWY_ATTR { return finish(with_winners, t, sums, first, left); });
              block += kVectors * kLanes * (kElements * shape.channels + 1);
            });
  }
  return finite;
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the guard
