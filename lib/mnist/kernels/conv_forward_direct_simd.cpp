#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_forward_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

using Integers = hn::RebindToSigned<Floats>;
using Bytes = hn::Rebind<Winner, Floats>;

/// The four positions of a window times `kWindows` times `kBlockVectors` are summed in registers.
constexpr int kWindows = kManyRegisters ? 2 : 1;
constexpr int kBlockVectors = 2;
constexpr std::int64_t kBlockOutputs = kBlockVectors * kLanes;

std::int64_t size_of_packed(const ConvPoolShape& shape) {
  return round_up(shape.outputs, kLanes) * (shape.patch_size() + 1);
}

// A block of outputs after the other: first their biases, then for each element of a patch their
// weights; zeros where the outputs do not fill the last vector.
void pack(const ConvPoolShape& shape, const float* filters, const float* biases, float* packed) {
  const std::int64_t patch = shape.patch_size();
  std::fill_n(packed, size_of_packed(shape), 0.0F);
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

/// The sums at the four positions of one window, then its maximum as ATen's max_pool2d and relu
/// find it: the last NaN, else the first of the largest.
template <bool kWinners>
HWY_INLINE void finish_window(const Vector (&sums)[4], float* result, std::int64_t result_stride,
                              Winner* winner, std::int64_t outputs) {
  const Floats d;
  const Integers di;
  Vector largest = sums[0];
  auto position = hn::Zero(di);
  for (int p = 1; p < 4; ++p) {
    const auto better = hn::Or(hn::Gt(sums[p], largest), hn::IsNaN(sums[p]));
    largest = hn::IfThenElse(better, sums[p], largest);
    if constexpr (kWinners) {
      position = hn::IfThenElse(hn::RebindMask(di, better), hn::Set(di, p), position);
    }
  }
  const auto silent = hn::Le(largest, hn::Zero(d));
  store_first(hn::IfThenZeroElse(silent, largest), d, result, outputs, result_stride);
  if constexpr (kWinners) {
    position = hn::IfThenElse(hn::RebindMask(di, silent), hn::Set(di, kSilent), position);
    store_first(hn::DemoteTo(Bytes(), position), Bytes(), winner, outputs);
  }
}

/// The sums at the four positions of each window, whose first patches begin at `corners`.
template <int kVectors>
HWY_INLINE void convolve(const ConvPoolShape& shape, const float* const (&corners)[kWindows],
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
void convolve_block(const ConvPoolShape& shape, const float* images,
                    const float* HWY_RESTRICT block, std::int64_t outputs, std::int64_t begin,
                    std::int64_t end, float* results, Winner* winners) {
  const std::int64_t windows = shape.windows(), stride = shape.output_stride();
  for (std::int64_t first = begin; first < end; first += kWindows) {
    const float* corners[kWindows];
    float* window_results[kWindows];
    Winner* window_winners[kWindows];
    for (int w = 0; w < kWindows; ++w) {
      // The last window stands in for those after it.
      const std::int64_t window = std::min(first + w, end - 1);
      const std::int64_t image = window / windows, in_image = window % windows;
      corners[w] = images + image * shape.image_size() + shape.corner(in_image);
      window_results[w] = results + image * shape.result_size() + in_image * shape.window_stride();
      window_winners[w] = winners + window * shape.outputs;
    }
    Vector sums[kWindows][kVectors][4];
    convolve<kVectors>(shape, corners, block, sums);
    for (int w = 0; w < kWindows; ++w) {
      for (int v = 0; v < kVectors; ++v) {
        finish_window<kWinners>(sums[w][v], window_results[w] + v * kLanes * stride, stride,
                                window_winners[w] + v * kLanes, outputs - v * kLanes);
      }
    }
  }
}

void forward(const ConvPoolShape& shape, const float* images, const float* packed_filters,
             std::int64_t begin, std::int64_t end, float* results, Winner* winners) {
  const float* block = packed_filters;
  for (std::int64_t first = 0; first < shape.outputs; first += kBlockOutputs) {
    const std::int64_t outputs = std::min(shape.outputs - first, kBlockOutputs);
    const std::int64_t vectors = round_up(outputs, kLanes) / kLanes;
    float* block_results = results + first * shape.output_stride();
    with_constant<kBlockVectors>(vectors, [&](auto constant) HWY_ATTR {
      constexpr int kVectors = decltype(constant)::value;
      if (winners) {
        convolve_block<kVectors, true>(shape, images, block, outputs, begin, end, block_results,
                                       winners + first);
      } else {
        convolve_block<kVectors, false>(shape, images, block, outputs, begin, end, block_results,
                                        nullptr);
      }
    });
    block += vectors * kLanes * (shape.patch_size() + 1);
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(size_of_packed);
HWY_EXPORT(pack);
HWY_EXPORT(forward);

std::int64_t packed_size(const ConvPoolShape& shape) {
  return HWY_DYNAMIC_DISPATCH(size_of_packed)(shape);
}

void pack_filters(const ConvPoolShape& shape, const float* filters, const float* biases,
                  float* packed) {
  HWY_DYNAMIC_DISPATCH(pack)(shape, filters, biases, packed);
}

void conv_relu_pool_forward(const ConvPoolShape& shape, const float* images,
                            const float* packed_filters, std::int64_t begin, std::int64_t end,
                            float* results, Winner* winners) {
  HWY_DYNAMIC_DISPATCH(forward)(shape, images, packed_filters, begin, end, results, winners);
}

}  // namespace mnist::simd
#endif
