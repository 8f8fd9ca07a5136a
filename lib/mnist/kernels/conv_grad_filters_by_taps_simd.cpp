#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_backward_taps_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

using Integers = hn::RebindToSigned<Floats>;
using Bytes = hn::Rebind<Winner, Floats>;

/// The gradients of up to `kTaps` weights at once, the elements of a patch from `first_tap` on, for
/// the outputs of one vector from `first_output` on. All four positions of a window are added,
/// three of them with a gradient of zero.
template <int kTaps>
void add_taps(const ConvPoolShape& shape, const float* images, std::int64_t count,
              const Winner* winners, const float* grad_results, std::int64_t first_tap,
              std::int64_t first_output, float* grad_filters, float* grad_biases) {
  const Floats d;
  const Integers di;
  const std::int64_t outputs = std::min(shape.outputs - first_output, kLanes);
  const std::int64_t taps = std::min<std::int64_t>(shape.patch_size() - first_tap, kTaps);
  std::int64_t offsets[kTaps] = {};
  for (std::int64_t t = 0; t < taps; ++t) {
    const std::int64_t row = (first_tap + t) / shape.patch_row();
    offsets[t] = row * shape.width * shape.channels + (first_tap + t) % shape.patch_row();
  }
  Vector sums[kTaps], bias = hn::Zero(d);
  for (Vector& sum : sums) sum = hn::Zero(d);
  for (std::int64_t image = 0; image < count; ++image) {
    for (std::int64_t window = 0; window < shape.windows(); ++window) {
      const float* corner = images + image * shape.image_size() + shape.corner(window);
      const float* grads = grad_results + image * shape.result_size() +
                           window * shape.window_stride() + first_output * shape.output_stride();
      const Winner* window_winners =
          winners + (image * shape.windows() + window) * shape.outputs + first_output;
      const auto winner = hn::PromoteTo(di, load_first(Bytes(), window_winners, outputs));
      const Vector all = load_first(d, grads, outputs, shape.output_stride());
      Vector gradients[4];
      for (int p = 0; p < 4; ++p) {
        const auto mine = hn::RebindMask(d, hn::Eq(winner, hn::Set(di, p)));
        gradients[p] = hn::IfThenElseZero(mine, all);
        bias = hn::Add(bias, gradients[p]);
      }
      for (int t = 0; t < kTaps; ++t) {
        for (int p = 0; p < 4; ++p) {
          const float pixel = corner[offsets[t] + shape.position(p)];
          sums[t] = hn::MulAdd(gradients[p], hn::Set(d, pixel), sums[t]);
        }
      }
    }
  }
  HWY_ALIGN float lanes[kLanes];
  for (std::int64_t t = 0; t < taps; ++t) {
    hn::Store(sums[t], d, lanes);
    for (std::int64_t i = 0; i < outputs; ++i) {
      grad_filters[(first_output + i) * shape.patch_size() + first_tap + t] = lanes[i];
    }
  }
  store_first(bias, d, grad_biases + first_output, outputs);
}

void backward_by_taps(const ConvPoolShape& shape, const float* images, std::int64_t count,
                      const Winner* winners, const float* grad_results, float* grad_filters,
                      float* grad_biases) {
  constexpr int kTaps = 9;
  for (std::int64_t output = 0; output < shape.outputs; output += kLanes) {
    for (std::int64_t tap = 0; tap < shape.patch_size(); tap += kTaps) {
      add_taps<kTaps>(shape, images, count, winners, grad_results, tap, output, grad_filters,
                      grad_biases);
    }
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(backward_by_taps);

void conv_relu_pool_backward_by_taps(const ConvPoolShape& shape, const float* images,
                                     std::int64_t count, const Winner* winners,
                                     const float* grad_results, float* grad_filters,
                                     float* grad_biases) {
  HWY_DYNAMIC_DISPATCH(backward_by_taps)
  (shape, images, count, winners, grad_results, grad_filters, grad_biases);
}

}  // namespace mnist::simd
#endif
