#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_same_grad_filters_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "mnist/kernels/simd-inl.hpp"
#include "mnist/kernels/winograd-inl.hpp"

// The gradient of Winograd's method, in the terms of winograd-inl.hpp: that of a transformed filter
// is the sum over the tiles of (B^T d B) * (A y A^T), where y are the gradients of a window's sums,
// and G^T goes before it and G behind it for the filter's own.
HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// Tiles that are at most transformed before their products are added.
constexpr std::int64_t kMostTiles = 72;
/// Outputs times two vectors of channels are summed in registers.
constexpr int kRows = kManyRegisters ? 12 : 6;
constexpr int kColumns = 2;

/// A applied to two numbers.
HWY_INLINE void apply_a(const Vector& y0, const Vector& y1, Vector (&result)[4]) {
  result[0] = y0;
  result[1] = hn::Add(y0, y1);
  result[2] = hn::Sub(y0, y1);
  result[3] = hn::Neg(y1);
}

/// A y A^T of the gradients at the positions of a window, for each output; its elements go `stride`
/// apart. Beyond the image they are zero.
HWY_INLINE void transform_grads(const ConvSameShape& shape, const float* grads, std::int64_t rows,
                                std::int64_t columns, float* transformed, std::int64_t stride) {
  const Floats d;
  const std::int64_t outputs = shape.images.outputs;
  for (std::int64_t o = 0; o < outputs; o += kLanes) {
    const auto at = [&](std::int64_t row, std::int64_t column) HWY_ATTR {
      if (row >= rows || column >= columns) return hn::Zero(d);
      return load_first(d, grads + (row * shape.columns + column) * outputs + o, outputs - o);
    };
    Vector left[4], right[4];  // of A y
    apply_a(at(0, 0), at(1, 0), left);
    apply_a(at(0, 1), at(1, 1), right);
    for (int y = 0; y < 4; ++y) {
      Vector row[4];
      apply_a(left[y], right[y], row);
      for (int x = 0; x < 4; ++x) hn::Store(row[x], d, transformed + (4 * y + x) * stride + o);
    }
  }
}

/// Adds the products of `count` tiles to the sums of `kRowsHere` outputs and `kVectors` vectors of
/// channels: the sums of an output are as far apart as the pixels of a tile.
template <int kRowsHere, int kVectors>
HWY_INLINE void add_products(std::int64_t count, const float* HWY_RESTRICT grads,
                             std::int64_t grad_stride, const float* HWY_RESTRICT pixels,
                             std::int64_t pixel_stride, float* HWY_RESTRICT to) {
  const Floats d;
  Vector sums[kRowsHere][kVectors];
  for (int r = 0; r < kRowsHere; ++r) {
    for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::Load(d, to + r * pixel_stride + v * kLanes);
  }
  for (std::int64_t t = 0; t < count; ++t) {
    Vector pixel[kVectors];
    for (int v = 0; v < kVectors; ++v)
      pixel[v] = hn::Load(d, pixels + t * pixel_stride + v * kLanes);
    for (int r = 0; r < kRowsHere; ++r) {
      const Vector grad = hn::Set(d, grads[t * grad_stride + r]);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(grad, pixel[v], sums[r][v]);
    }
  }
  for (int r = 0; r < kRowsHere; ++r) {
    for (int v = 0; v < kVectors; ++v) hn::Store(sums[r][v], d, to + r * pixel_stride + v * kLanes);
  }
}

/// The sums of `outputs` outputs and all channels of one element of the tiles: both, and the sums
/// of an output, are in rows with strides.
void add_element(std::int64_t count, const float* grads, std::int64_t outputs, const float* pixels,
                 std::int64_t channels, float* sums) {
  const std::int64_t grad_stride = row_stride(outputs), pixel_stride = row_stride(channels);
  for (std::int64_t c = 0; c < channels; c += kColumns * kLanes) {
    with_constant<kColumns>(std::min<std::int64_t>((channels - c + kLanes - 1) / kLanes, kColumns),
                            [&](auto vectors) HWY_ATTR {
                              for (std::int64_t o = 0; o < outputs; o += kRows) {
                                with_constant<kRows>(
                                    std::min<std::int64_t>(outputs - o, kRows),
                                    [&](auto rows) HWY_ATTR {
                                      add_products<decltype(rows)::value, decltype(vectors)::value>(
                                          count, grads + o, grad_stride, pixels + c, pixel_stride,
                                          sums + o * pixel_stride + c);
                                    });
                              }
                            });
  }
}

/// G^T u of a column's or row's four numbers.
HWY_INLINE void apply_g(const Vector& u0, const Vector& u1, const Vector& u2, const Vector& u3,
                        Vector (&result)[3]) {
  const Vector half = hn::Set(Floats(), 0.5F);
  const Vector sum = hn::Mul(half, hn::Add(u1, u2));
  result[0] = hn::Add(u0, sum);
  result[1] = hn::Mul(half, hn::Sub(u1, u2));
  result[2] = hn::Add(sum, u3);
}

/// The filter of one output from its transformed gradient, whose elements are `stride` apart.
HWY_INLINE void transform_back(const ConvShape& shape, const float* sums, std::int64_t stride,
                               float* filter) {
  const Floats d;
  for (std::int64_t c = 0; c < shape.channels; c += kLanes) {
    Vector columns[4][3];
    for (int x = 0; x < 4; ++x) {
      const float* u = sums + x * stride + c;
      apply_g(hn::Load(d, u), hn::Load(d, u + 4 * stride), hn::Load(d, u + 8 * stride),
              hn::Load(d, u + 12 * stride), columns[x]);
    }
    for (int y = 0; y < 3; ++y) {
      Vector row[3];
      apply_g(columns[0][y], columns[1][y], columns[2][y], columns[3][y], row);
      for (int x = 0; x < 3; ++x) {
        store_first(row[x], d, filter + (3 * y + x) * shape.channels + c, shape.channels - c);
      }
    }
  }
}

void add_biases(const ConvSameShape& shape, std::int64_t count, const float* grad_sums,
                float* grad_biases) {
  const Floats d;
  const std::int64_t outputs = shape.images.outputs;
  for (std::int64_t o = 0; o < outputs; o += kLanes) {
    Vector sum = hn::Zero(d);
    for (std::int64_t i = 0; i < count * shape.rows * shape.columns; ++i) {
      sum = hn::Add(sum, load_first(d, grad_sums + i * outputs + o, outputs - o));
    }
    store_first(sum, d, grad_biases + o, outputs - o);
  }
}

void same_grad_filters(const ConvSameShape& shape, const float* images, std::int64_t count,
                       const float* grad_sums, float* grad_filters, float* grad_biases) {
  const ConvShape& of = shape.images;
  const std::int64_t channels = row_stride(of.channels), outputs = row_stride(of.outputs),
                     filters = of.outputs * channels;
  const std::int64_t windows = count * of.windows(),
                     rounds = (windows + kMostTiles - 1) / kMostTiles,
                     tiles_at_once = (windows + rounds - 1) / rounds;
  const auto room = [](std::int64_t size) {
    return hwy::AllocateAligned<float>(static_cast<std::size_t>(kElements * size));
  };
  const auto sums = room(filters), pixels = room(tiles_at_once * channels),
             grads = room(tiles_at_once * outputs);
  std::fill_n(sums.get(), kElements * filters, 0.0F);
  for (std::int64_t begin = 0; begin < windows; begin += tiles_at_once) {
    const std::int64_t tiles = std::min(windows - begin, tiles_at_once);
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t image = (begin + t) / of.windows(), window = (begin + t) % of.windows();
      const std::int64_t row = 2 * (window / of.pooled_width()),
                         column = 2 * (window % of.pooled_width());
      transform_tile(of, images + image * of.image_size() + of.corner(window),
                     pixels.get() + t * channels, tiles_at_once * channels);
      transform_grads(
          shape, grad_sums + ((image * shape.rows + row) * shape.columns + column) * of.outputs,
          shape.rows - row, shape.columns - column, grads.get() + t * outputs,
          tiles_at_once * outputs);
    }
    for (int e = 0; e < kElements; ++e) {
      add_element(tiles, grads.get() + e * tiles_at_once * outputs, of.outputs,
                  pixels.get() + e * tiles_at_once * channels, of.channels,
                  sums.get() + e * filters);
    }
  }
  for (std::int64_t o = 0; o < of.outputs; ++o) {
    transform_back(of, sums.get() + o * channels, filters, grad_filters + o * of.patch_size());
  }
  add_biases(shape, count, grad_sums, grad_biases);
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(same_grad_filters);

void conv_same_grad_filters(const ConvSameShape& shape, const float* images, std::int64_t count,
                            const float* grad_sums, float* grad_filters, float* grad_biases) {
  HWY_DYNAMIC_DISPATCH(same_grad_filters)
  (shape, images, count, grad_sums, grad_filters, grad_biases);
}

}  // namespace mnist::simd
#endif
