#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_forward_direct_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/conv_window-inl.hpp"
#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// The four positions of a window times `kWindows` times `kBlockVectors` are summed in registers.
constexpr int kWindows = kManyRegisters ? 2 : 1;

std::int64_t direct_size_of_packed(const ConvShape& shape) {
  return round_up(shape.outputs, kLanes) * (shape.patch_size() + 1);
}

// A block of outputs after the other: first their biases, then for each element of a patch their
// weights; zeros where the outputs do not fill the last vector.
void direct_pack(const ConvShape& shape, const float* filters, const float* biases, float* packed) {
  const std::int64_t patch = shape.patch_size();
  std::fill_n(packed, direct_size_of_packed(shape), 0.0F);
  float* block = packed;
  for (std::int64_t first = 0; first < shape.outputs; first += kBlockOutputs) {
    const std::int64_t outputs = std::min(shape.outputs - first, kBlockOutputs);
    const std::int64_t row = round_up(outputs, kLanes);
    for (std::int64_t i = 0; i < outputs; ++i) {
      const float* filter = filters + (first + i) * patch;
      block[i] = biases[first + i];
      for (std::int64_t j = 0; j < patch; ++j) block[(j + 1) * row + i] = filter[j];
    }
    block += row * (patch + 1);
  }
}

/// The sums at the four positions of each window.
template <int kVectors>
HWY_INLINE void convolve(const ConvShape& shape, const float* const (&corners)[kWindows],
                         const float* HWY_RESTRICT block, Vector (&sums)[kWindows][kVectors][4]) {
  const Floats d;
  const std::int64_t channels = shape.channels, image_row = shape.width * channels;
  for (int w = 0; w < kWindows; ++w) {
    for (int v = 0; v < kVectors; ++v) {
      for (int p = 0; p < 4; ++p) sums[w][v][p] = hn::Load(d, block + v * kLanes);
    }
  }
  const float* weights = block + kVectors * kLanes;
  for (std::int64_t row = 0; row < shape.filter_height; ++row) {
    for (std::int64_t i = row * image_row; i < row * image_row + shape.patch_row(); ++i) {
      Vector weight[kVectors];
      for (int v = 0; v < kVectors; ++v) weight[v] = hn::Load(d, weights + v * kLanes);
      weights += kVectors * kLanes;
      for (int w = 0; w < kWindows; ++w) {
        const float* top = corners[w] + i;
        const float* bottom = top + image_row;
        const Vector pixels[4] = {hn::Set(d, top[0]), hn::Set(d, top[channels]),
                                  hn::Set(d, bottom[0]), hn::Set(d, bottom[channels])};
        for (int v = 0; v < kVectors; ++v) {
          for (int p = 0; p < 4; ++p) {
            sums[w][v][p] = hn::MulAdd(pixels[p], weight[v], sums[w][v][p]);
          }
        }
      }
    }
  }
}

/// A block of `outputs` outputs, in `kVectors` vectors, of windows [begin, end).
template <int kVectors, bool kWinners>
void convolve_block(const ConvShape& shape, const float* images, const float* HWY_RESTRICT block,
                    std::int64_t first_output, std::int64_t outputs, std::int64_t begin,
                    std::int64_t end, float* results, Winner* winners) {
  const std::int64_t stride = shape.output_stride();
  Windows next(shape, images, results, winners, begin);
  for (std::int64_t first = begin; first < end; first += kWindows) {
    Window windows[kWindows];
    const float* corners[kWindows];
    for (int w = 0; w < kWindows; ++w) {
      windows[w] = *next;
      corners[w] = windows[w].corner;
      // The last window stands in for those after it.
      if (first + w + 1 < end) ++next;
    }
    Vector sums[kWindows][kVectors][4];
    convolve<kVectors>(shape, corners, block, sums);
    for (int w = 0; w < kWindows; ++w) {
      for (int v = 0; v < kVectors; ++v) {
        finish_window<kWinners>(sums[w][v], windows[w], first_output + v * kLanes, stride,
                                outputs - v * kLanes);
      }
    }
  }
}

void direct_forward(const ConvShape& shape, const float* images, const float* packed_filters,
                    std::int64_t begin, std::int64_t end, float* results, Winner* winners) {
  const float* block = packed_filters;
  for_each_block(shape, winners != nullptr,
                 [&](auto vectors, auto with_winners, std::int64_t first, std::int64_t outputs)
                     HWY_ATTR {
                       constexpr int kVectors = decltype(vectors)::value;
                       convolve_block<kVectors, decltype(with_winners)::value>(
                           shape, images, block, first, outputs, begin, end, results, winners);
                       block += kVectors * kLanes * (shape.patch_size() + 1);
                     });
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(direct_size_of_packed);
HWY_EXPORT(direct_pack);
HWY_EXPORT(direct_forward);

ConvForward conv_forward_direct(const ConvShape& shape) {
  return {
      .packed_size =
          [](const ConvShape& s) { return HWY_DYNAMIC_DISPATCH(direct_size_of_packed)(s); },
      .pack_filters =
          [](const ConvShape& s, const float* filters, const float* biases, float* packed) {
            HWY_DYNAMIC_DISPATCH(direct_pack)(s, filters, biases, packed);
          },
      .compute =
          [](const ConvShape& s, const float* images, const float* packed, std::int64_t begin,
             std::int64_t end, float* results, Winner* winners) {
            HWY_DYNAMIC_DISPATCH(direct_forward)(s, images, packed, begin, end, results, winners);
            return true;
          },
      .products = 4 * shape.patch_size() * shape.outputs,
      .windows = 2,
  };
}

}  // namespace mnist::simd
#endif
