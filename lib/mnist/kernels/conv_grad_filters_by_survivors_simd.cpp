#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_grad_filters_by_survivors_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <vector>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// A gradient that reaches the convolution, and where its patch begins in the image.
struct Survivor {
  std::int32_t offset;
  float gradient;
};

/// The survivors of one image, by output: one in eight of the convolution's results, as each window
/// has one winner and the ReLU silences about half of them.
class SurvivorsByOutput {
 public:
  explicit SurvivorsByOutput(const ConvShape& shape)
      : shape_(shape),
        ends_(static_cast<std::size_t>(shape.outputs)),
        survivors_(static_cast<std::size_t>(shape.result_size())) {}

  void collect(const Winner* winners, const float* gradients) {
    for (std::int64_t output = 0; output < shape_.outputs; ++output) {
      ends_[static_cast<std::size_t>(output)] = begin(output);
    }
    for (std::int64_t window = 0; window < shape_.windows(); ++window) {
      const std::int64_t corner = shape_.corner(window);
      std::int32_t places[kSilent + 1] = {};
      for (int p = 0; p < kSilent; ++p) {
        places[p] = static_cast<std::int32_t>(corner + shape_.position(p));
      }
      const float* gradient = gradients + window * shape_.window_stride();
      for (Survivor*& end : ends_) {
        *end = {places[*winners], *gradient};
        end += *winners++ != kSilent;
        gradient += shape_.output_stride();
      }
    }
  }

  const Survivor* begin(std::int64_t output) const {
    return survivors_.data() + output * shape_.windows();
  }
  Survivor* begin(std::int64_t output) { return survivors_.data() + output * shape_.windows(); }
  const Survivor* end(std::int64_t output) const { return ends_[static_cast<std::size_t>(output)]; }

 private:
  const ConvShape& shape_;
  std::vector<Survivor*> ends_;
  std::vector<Survivor> survivors_;
};

/// `kVectors` vectors of a patch's row for one output: the sum of its weights' gradient stays in
/// registers while the survivors go by.
template <int kVectors>
HWY_INLINE void add_survivors(const Survivor* begin, const Survivor* end, const float* image,
                              float* grad_filter) {
  const Floats d;
  Vector sums[kVectors];
  for (int v = 0; v < kVectors; ++v) sums[v] = hn::Load(d, grad_filter + v * kLanes);
  for (const Survivor* survivor = begin; survivor != end; ++survivor) {
    const Vector gradient = hn::Set(d, survivor->gradient);
    const float* patch = image + survivor->offset;
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = hn::MulAdd(gradient, hn::LoadU(d, patch + v * kLanes), sums[v]);
    }
  }
  for (int v = 0; v < kVectors; ++v) hn::Store(sums[v], d, grad_filter + v * kLanes);
}

/// Image by image and output by output. The rows of the filters' gradient are padded to whole
/// vectors, and the image by what its last patch may then be read beyond.
void grad_filters_by_survivors(const ConvShape& shape, const float* images, std::int64_t count,
                               const Winner* winners, const float* grad_results,
                               float* grad_filters, float* grad_biases) {
  constexpr int kMaxVectors = kManyRegisters ? 24 : 12;
  const std::int64_t row = round_up(shape.patch_row(), kLanes);
  const std::int64_t rows = shape.outputs * shape.filter_height;
  const auto sums = hwy::AllocateAligned<float>(static_cast<std::size_t>(rows * row));
  std::fill_n(sums.get(), rows * row, 0.0F);
  std::fill_n(grad_biases, shape.outputs, 0.0F);
  const bool in_vectors = shape.patch_row() % kLanes == 0;
  std::vector<float> padded(in_vectors ? 0 : static_cast<std::size_t>(shape.image_size() + kLanes));
  SurvivorsByOutput survivors(shape);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* image = images + i * shape.image_size();
    if (!in_vectors) {
      std::copy_n(image, shape.image_size(), padded.data());
      image = padded.data();
    }
    survivors.collect(winners + i * shape.result_size(), grad_results + i * shape.result_size());
    for (std::int64_t output = 0; output < shape.outputs; ++output) {
      const Survivor* begin = survivors.begin(output);
      const Survivor* end = survivors.end(output);
      for (const Survivor* s = begin; s != end; ++s) grad_biases[output] += s->gradient;
      for (std::int64_t y = 0; y < shape.filter_height; ++y) {
        float* sum = sums.get() + (output * shape.filter_height + y) * row;
        for (std::int64_t at = 0; at < row; at += kMaxVectors * kLanes) {
          with_constant<kMaxVectors>(
              std::min<std::int64_t>((row - at) / kLanes, kMaxVectors), [&](auto vectors) HWY_ATTR {
                add_survivors<decltype(vectors)::value>(
                    begin, end, image + y * shape.width * shape.channels + at, sum + at);
              });
        }
      }
    }
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    std::copy_n(sums.get() + i * row, shape.patch_row(), grad_filters + i * shape.patch_row());
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(grad_filters_by_survivors);

void conv_grad_filters_by_survivors(const ConvShape& shape, const float* images, std::int64_t count,
                                    const Winner* winners, const float* grad_results,
                                    float* grad_filters, float* grad_biases) {
  HWY_DYNAMIC_DISPATCH(grad_filters_by_survivors)
  (shape, images, count, winners, grad_results, grad_filters, grad_biases);
}

}  // namespace mnist::simd
#endif
