#pragma once

#include <cstdint>

namespace mnist::simd {

/// A convolution (stride 1, no padding), a ReLU, and a max-pooling of 2x2 windows with stride 2.
/// All arrays are dense in the order that their sizes are named in: images are
/// [height, width, channels], filters [outputs, filter_height, filter_width, channels], winners
/// [pooled_height, pooled_width, outputs], and so are results and their gradients, unless
/// `outputs_first`: then they are [outputs, pooled_height, pooled_width].
struct ConvShape {
  std::int64_t height, width, channels;
  std::int64_t filter_height, filter_width, outputs;
  bool outputs_first = false;

  std::int64_t pooled_height() const { return (height - filter_height + 1) / 2; }
  std::int64_t pooled_width() const { return (width - filter_width + 1) / 2; }
  std::int64_t image_size() const { return height * width * channels; }
  std::int64_t windows() const { return pooled_height() * pooled_width(); }
  std::int64_t result_size() const { return windows() * outputs; }
  /// How far apart the results of neighbouring windows, and outputs, are.
  std::int64_t window_stride() const { return outputs_first ? 1 : outputs; }
  std::int64_t output_stride() const { return outputs_first ? windows() : 1; }
  std::int64_t patch_row() const { return filter_width * channels; }
  std::int64_t patch_size() const { return filter_height * patch_row(); }
  /// Where the patch of a window's first position begins in the image.
  std::int64_t corner(std::int64_t window) const {
    return corner(window / pooled_width(), window % pooled_width());
  }
  std::int64_t corner(std::int64_t window_row, std::int64_t window_column) const {
    return 2 * (window_row * width + window_column) * channels;
  }
  /// How far behind that the patch of its position 0 to 3, in row-major order, begins.
  std::int64_t position(int p) const { return (p / 2 * width + p % 2) * channels; }
};

/// Which position of a window holds its maximum, in row-major order; the first one of equals.
using Winner = std::uint8_t;
/// The winner of a window whose maximum is not above zero: it passes no gradient.
inline constexpr Winner kSilent = 4;

/// A way to compute the results. Its functions have to run with the same instruction set.
struct ConvForward {
  /// `packed` gets the filters and biases in the order that `compute` reads them in: `packed_size`
  /// elements, aligned to 64 bytes.
  std::int64_t (*packed_size)(const ConvShape& shape);
  void (*pack_filters)(const ConvShape& shape, const float* filters, const float* biases,
                       float* packed);
  /// The results of windows [begin, end), counted over all `images`; their winners too, unless
  /// `winners` is null. Returns false where they are worth nothing.
  bool (*compute)(const ConvShape& shape, const float* images, const float* packed,
                  std::int64_t begin, std::int64_t end, float* results, Winner* winners);
  std::int64_t products;  ///< a window costs
  std::int64_t windows;   ///< of which a multiple is best computed at once
};

/// Sum by sum. Its results are always good.
ConvForward conv_forward_direct(const ConvShape& shape);

/// By Winograd's F(2x2, 3x3), for filters of 3x3: a window's four sums of 9 products a channel are
/// had with 16 products instead of 36, and roundings that are some times larger. Infinity and what
/// is not far from it are beyond it.
ConvForward conv_forward_winograd(const ConvShape& shape);

/// Whether its transformed filters stay in the processor's second cache. Else more windows are to
/// go through them at once, so that they are read fewer times.
inline bool are_winograd_filters_near(const ConvShape& shape) {
  constexpr std::int64_t kNear = 1 << 18, kBytesOfFilter = 16 * sizeof(float);
  return shape.channels * shape.outputs * kBytesOfFilter < kNear;
}

/// A convolution by filters of 3x3 without a pooling, behind a ReLU or not. Its results are
/// [rows, columns, outputs]. The images have two rows and columns more, and another one where that
/// number is odd: these are the border.
struct ConvSameShape {
  ConvShape images;
  std::int64_t rows, columns;
  bool relu;
};

/// By Winograd's method: the results in windows of 2x2 [begin, end), counted over all `images`. The
/// filters are packed as `conv_forward_winograd` has them. Returns false where they are worth
/// nothing.
bool conv_same_winograd(const ConvSameShape& shape, const float* images, const float* packed,
                        std::int64_t begin, std::int64_t end, float* results);

/// The gradients of its filters and biases, overwritten with the sums over `count` images, from
/// those of its sums, before any ReLU.
void conv_same_grad_filters(const ConvSameShape& shape, const float* images, std::int64_t count,
                            const float* grad_sums, float* grad_filters, float* grad_biases);

/// Fewer channels are not worth transforming.
inline constexpr std::int64_t kFewestWinogradChannels = 8;

inline bool uses_winograd(const ConvShape& shape) {
  return shape.filter_height == 3 && shape.filter_width == 3 &&
         shape.channels >= kFewestWinogradChannels;
}

/// The faster of the two.
inline ConvForward conv_forward(const ConvShape& shape) {
  return uses_winograd(shape) ? conv_forward_winograd(shape) : conv_forward_direct(shape);
}

/// The gradients of the filters and biases, overwritten with the sums over `count` images, from
/// those of the results: one survivor (a winner that is not silent) after the other, along the rows
/// of its patch.
void conv_grad_filters_by_survivors(const ConvShape& shape, const float* images, std::int64_t count,
                                    const Winner* winners, const float* grad_results,
                                    float* grad_filters, float* grad_biases);

/// The same, one weight of the filters after the other, across their outputs: faster where the rows
/// of a patch do not fill a vector.
void conv_grad_filters_by_taps(const ConvShape& shape, const float* images, std::int64_t count,
                               const Winner* winners, const float* grad_results,
                               float* grad_filters, float* grad_biases);

/// The same by the faster of the two.
inline void conv_grad_filters(const ConvShape& shape, const float* images, std::int64_t count,
                              const Winner* winners, const float* grad_results, float* grad_filters,
                              float* grad_biases) {
  constexpr std::int64_t kLanesOfAvx2 = 8;
  const auto compute =
      shape.patch_row() < kLanesOfAvx2 ? conv_grad_filters_by_taps : conv_grad_filters_by_survivors;
  compute(shape, images, count, winners, grad_results, grad_filters, grad_biases);
}

/// The gradients of `count` images from those of their results.
void conv_grad_images(const ConvShape& shape, std::int64_t count, const float* filters,
                      const Winner* winners, const float* grad_results, float* grad_images);

}  // namespace mnist::simd
