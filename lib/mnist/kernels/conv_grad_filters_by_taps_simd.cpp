#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_grad_filters_by_taps_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <vector>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// So many weights of a filter, the elements of a patch, are summed in registers.
constexpr int kTaps = 9;

/// What the elements of a patch from `first_tap` on see of an image: [windows, kTaps, 4], a number
/// for each position of a window. Where there are no more elements the last stands in for them.
void collect_pixels(const ConvShape& shape, const float* image, std::int64_t first_tap,
                    float* pixels) {
  std::int64_t offsets[kTaps];
  for (std::int64_t t = 0; t < kTaps; ++t) {
    const std::int64_t tap = std::min(first_tap + t, shape.patch_size() - 1);
    offsets[t] = tap / shape.patch_row() * shape.width * shape.channels + tap % shape.patch_row();
  }
  for (std::int64_t y = 0; y < shape.pooled_height(); ++y) {
    const float* corner = image + shape.corner(y, 0);
    for (std::int64_t x = 0; x < shape.pooled_width(); ++x) {
      for (const std::int64_t offset : offsets) {
        for (int p = 0; p < 4; ++p) *pixels++ = corner[offset + shape.position(p)];
      }
      corner += 2 * shape.channels;
    }
  }
}

/// Adds the gradients of one image to the sums of `kTaps` weights and the bias of up to a vector of
/// outputs. All four positions of a window are added, three of them with a gradient of zero.
HWY_INLINE void add_image(const ConvShape& shape, const float* pixels, const Winner* winners,
                          const float* grad_results, std::int64_t outputs, float* sums) {
  const Floats d;
  const hn::RebindToSigned<Floats> di;
  const hn::Rebind<Winner, Floats> d_winner;
  Vector weights[kTaps], bias = hn::Load(d, sums + kTaps * kLanes);
  for (int t = 0; t < kTaps; ++t) weights[t] = hn::Load(d, sums + t * kLanes);
  for (std::int64_t window = 0; window < shape.windows(); ++window) {
    const auto winner = hn::PromoteTo(di, load_first(d_winner, winners, outputs));
    const Vector all = load_first(d, grad_results, outputs, shape.output_stride());
    Vector gradients[4];
    for (int p = 0; p < 4; ++p) {
      const auto mine = hn::RebindMask(d, hn::Eq(winner, hn::Set(di, p)));
      gradients[p] = hn::IfThenElseZero(mine, all);
      bias = hn::Add(bias, gradients[p]);
    }
    for (int p = 0; p < 4; ++p) {
      for (int t = 0; t < kTaps; ++t) {
        weights[t] = hn::MulAdd(gradients[p], hn::Set(d, pixels[t * 4 + p]), weights[t]);
      }
    }
    pixels += kTaps * 4;
    winners += shape.outputs;
    grad_results += shape.window_stride();
  }
  for (int t = 0; t < kTaps; ++t) hn::Store(weights[t], d, sums + t * kLanes);
  hn::Store(bias, d, sums + kTaps * kLanes);
}

void grad_filters_by_taps(const ConvShape& shape, const float* images, std::int64_t count,
                          const Winner* winners, const float* grad_results, float* grad_filters,
                          float* grad_biases) {
  constexpr std::int64_t kSums = (kTaps + 1) * kLanes;  // the bias is the last
  const std::int64_t size = round_up(shape.outputs, kLanes) / kLanes * kSums;
  const auto sums = hwy::AllocateAligned<float>(static_cast<std::size_t>(size));
  std::vector<float> pixels(static_cast<std::size_t>(shape.windows() * kTaps * 4));
  for (std::int64_t first_tap = 0; first_tap < shape.patch_size(); first_tap += kTaps) {
    std::fill_n(sums.get(), size, 0.0F);
    for (std::int64_t i = 0; i < count; ++i) {
      collect_pixels(shape, images + i * shape.image_size(), first_tap, pixels.data());
      for (std::int64_t output = 0; output < shape.outputs; output += kLanes) {
        add_image(shape, pixels.data(), winners + i * shape.result_size() + output,
                  grad_results + i * shape.result_size() + output * shape.output_stride(),
                  shape.outputs - output, sums.get() + output / kLanes * kSums);
      }
    }
    const std::int64_t taps = std::min<std::int64_t>(shape.patch_size() - first_tap, kTaps);
    for (std::int64_t output = 0; output < shape.outputs; ++output) {
      const float* lane = sums.get() + output / kLanes * kSums + output % kLanes;
      float* filter = grad_filters + output * shape.patch_size() + first_tap;
      for (std::int64_t t = 0; t < taps; ++t) filter[t] = lane[t * kLanes];
      grad_biases[output] = lane[kTaps * kLanes];
    }
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(grad_filters_by_taps);

void conv_grad_filters_by_taps(const ConvShape& shape, const float* images, std::int64_t count,
                               const Winner* winners, const float* grad_results,
                               float* grad_filters, float* grad_biases) {
  HWY_DYNAMIC_DISPATCH(grad_filters_by_taps)
  (shape, images, count, winners, grad_results, grad_filters, grad_biases);
}

}  // namespace mnist::simd
#endif
