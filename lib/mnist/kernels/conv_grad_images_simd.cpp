#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_grad_images_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// The gradient of an output.
struct OutputGradient {
  std::int32_t output;
  float gradient;
};

/// Calls `found` with each output whose winner is `position`, in order.
template <class Found>
HWY_INLINE void find_survivors(const Winner* winners, std::int64_t outputs, Winner position,
                               const Found& found) {
  using Bytes = hn::CappedTag<Winner, 64>;
  constexpr auto kSize = static_cast<std::int64_t>(hn::MaxLanes(Bytes()));
  const Bytes d;
  for (std::int64_t first = 0; first < outputs; first += kSize) {
    const std::int64_t count = std::min(outputs - first, kSize);
    const auto equal = hn::And(hn::Eq(load_first(d, winners + first, count), hn::Set(d, position)),
                               hn::FirstN(d, static_cast<std::size_t>(count)));
    std::uint64_t bits = 0;
    std::uint8_t bytes[std::max<std::size_t>(kSize / 8, 8)] = {};
    hn::StoreMaskBits(d, equal, bytes);
    std::memcpy(&bits, bytes, sizeof bits);
    for (; bits != 0; bits &= bits - 1) found(first + std::countr_zero(bits));
  }
}

/// The survivors (winners that are not silent) of one image: one in eight of the convolution's
/// results, as each window has one winner and the ReLU silences about half of them.
class SurvivorsByWindow {
 public:
  explicit SurvivorsByWindow(const ConvShape& shape)
      : shape_(shape),
        ends_(static_cast<std::size_t>(shape.windows() * kSilent)),
        survivors_(static_cast<std::size_t>(shape.result_size())) {}

  void collect(const Winner* winners, const float* gradients) {
    OutputGradient* end = survivors_.data();
    auto position_end = ends_.begin();
    for (std::int64_t window = 0; window < shape_.windows(); ++window) {
      for (Winner position = 0; position < kSilent; ++position) {
        find_survivors(winners, shape_.outputs, position, [&](std::int64_t output) {
          *end++ = {static_cast<std::int32_t>(output), gradients[output * shape_.output_stride()]};
        });
        *position_end++ = end;
      }
      winners += shape_.outputs;
      gradients += shape_.window_stride();
    }
  }

  /// Calls `visit` with the survivors at each position of each window that has any, and with where
  /// the patch of that position begins.
  template <class Visit>
  HWY_INLINE void for_each_position(const Visit& visit) const {
    const OutputGradient* begin = survivors_.data();
    auto position_end = ends_.begin();
    for (std::int64_t y = 0; y < shape_.pooled_height(); ++y) {
      for (std::int64_t x = 0; x < shape_.pooled_width(); ++x) {
        const std::int64_t corner = shape_.corner(y, x);
        for (int position = 0; position < kSilent; ++position) {
          const OutputGradient* end = *position_end++;
          if (begin != end) visit(begin, end, corner + shape_.position(position));
          begin = end;
        }
      }
    }
  }

 private:
  const ConvShape& shape_;
  std::vector<OutputGradient*> ends_;
  std::vector<OutputGradient> survivors_;
};

/// Adds to `kVectors` vectors of a row of a patch what the survivors of its position give: their
/// filters' rows are `stride` apart. Of the last vector the first `tail` lanes are meant.
template <int kVectors>
HWY_INLINE void add_filters(const OutputGradient* begin, const OutputGradient* end,
                            const float* filters, std::int64_t stride, std::int64_t tail,
                            float* grad_patch) {
  const Floats d;
  Vector sums[kVectors];
  for (Vector& sum : sums) sum = hn::Zero(d);
  for (const OutputGradient* survivor = begin; survivor != end; ++survivor) {
    const Vector gradient = hn::Set(d, survivor->gradient);
    const float* filter = filters + survivor->output * stride;
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = hn::MulAdd(gradient, hn::Load(d, filter + v * kLanes), sums[v]);
    }
  }
  if (tail != kLanes) {
    sums[kVectors - 1] =
        hn::IfThenElseZero(hn::FirstN(d, static_cast<std::size_t>(tail)), sums[kVectors - 1]);
  }
  for (int v = 0; v < kVectors; ++v) {
    float* to = grad_patch + v * kLanes;
    hn::StoreU(hn::Add(hn::LoadU(d, to), sums[v]), d, to);
  }
}

/// One row of the filters after the other, so that all outputs' fit in the first cache; then window
/// by window and position by position, whose survivors are summed in registers.
void grad_images(const ConvShape& shape, std::int64_t count, const float* filters,
                 const Winner* winners, const float* grad_results, float* grad_images) {
  constexpr int kMaxVectors = kManyRegisters ? 24 : 12;
  const std::int64_t row = round_up(shape.patch_row(), kLanes), rows = shape.filter_height;
  // The rows are padded to whole vectors, and the image by what its last patch may then be written
  // beyond, if that makes a difference.
  const auto padded =
      hwy::AllocateAligned<float>(static_cast<std::size_t>(rows * shape.outputs * row));
  std::fill_n(padded.get(), rows * shape.outputs * row, 0.0F);
  for (std::int64_t i = 0; i < shape.outputs * rows; ++i) {
    std::copy_n(filters + i * shape.patch_row(), shape.patch_row(),
                padded.get() + (i % rows * shape.outputs + i / rows) * row);
  }
  const bool in_vectors = shape.patch_row() % kLanes == 0;
  std::vector<float> padded_image(
      in_vectors ? 0 : static_cast<std::size_t>(shape.image_size() + kLanes));
  SurvivorsByWindow survivors(shape);
  for (std::int64_t i = 0; i < count; ++i) {
    survivors.collect(winners + i * shape.result_size(), grad_results + i * shape.result_size());
    float* grad_image = grad_images + i * shape.image_size();
    float* sums = in_vectors ? grad_image : padded_image.data();
    std::fill_n(sums, shape.image_size(), 0.0F);
    for (std::int64_t y = 0; y < rows; ++y) {
      for (std::int64_t at = 0; at < row; at += kMaxVectors * kLanes) {
        const std::int64_t vectors = std::min<std::int64_t>((row - at) / kLanes, kMaxVectors);
        const std::int64_t tail = std::min(shape.patch_row() - at - (vectors - 1) * kLanes, kLanes);
        float* grad_row = sums + y * shape.width * shape.channels + at;
        with_constant<kMaxVectors>(vectors, [&](auto constant) HWY_ATTR {
          survivors.for_each_position([&](const OutputGradient* begin, const OutputGradient* end,
                                          std::int64_t patch) HWY_ATTR {
            add_filters<decltype(constant)::value>(begin, end,
                                                   padded.get() + y * shape.outputs * row + at, row,
                                                   tail, grad_row + patch);
          });
        });
      }
    }
    if (!in_vectors) std::copy_n(sums, shape.image_size(), grad_image);
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(grad_images);

void conv_grad_images(const ConvShape& shape, std::int64_t count, const float* filters,
                      const Winner* winners, const float* grad_results, float* grad_images) {
  HWY_DYNAMIC_DISPATCH(grad_images)
  (shape, count, filters, winners, grad_results, grad_images);
}

}  // namespace mnist::simd
#endif
