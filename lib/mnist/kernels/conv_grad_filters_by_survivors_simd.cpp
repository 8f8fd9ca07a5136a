#include "mnist/kernels/conv_simd.hpp"
#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/conv_backward_survivors_simd.cpp"
#include <hwy/aligned_allocator.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <vector>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

using AlignedFloats = hwy::AlignedFreeUniquePtr<float[]>;

/// A gradient that reaches the convolution, and where its patch begins in the image.
struct Survivor {
  std::int32_t offset;
  float gradient;
};

/// The survivors of one image, by output: one in eight of the convolution's results, as each window
/// has one winner and the ReLU silences about half of them.
class Survivors {
 public:
  explicit Survivors(const ConvPoolShape& shape)
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
  const ConvPoolShape& shape_;
  std::vector<Survivor*> ends_;
  std::vector<Survivor> survivors_;
};

/// `kVectors` vectors of a patch's row for one output: the weights and the sum of their gradient
/// stay in registers while the survivors go by. Of the last vector the first `tail` lanes are
/// meant.
template <int kVectors, bool kTail, bool kImages>
HWY_INLINE void add_survivors(const Survivor* begin, const Survivor* end, const float* image,
                              const float* filter, float* grad_image, float* grad_filter,
                              std::int64_t tail) {
  const Floats d;
  Vector weights[kVectors], grad_weights[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    if constexpr (kImages) weights[v] = hn::Load(d, filter + v * kLanes);
    grad_weights[v] = hn::Load(d, grad_filter + v * kLanes);
  }
  for (const Survivor* survivor = begin; survivor != end; ++survivor) {
    const Vector gradient = hn::Set(d, survivor->gradient);
    const float* patch = image + survivor->offset;
    for (int v = 0; v < kVectors; ++v) {
      grad_weights[v] = hn::MulAdd(gradient, hn::LoadU(d, patch + v * kLanes), grad_weights[v]);
    }
    if constexpr (kImages) {
      float* grad_patch = grad_image + survivor->offset;
      for (int v = 0; v < kVectors; ++v) {
        const Vector before = hn::LoadU(d, grad_patch + v * kLanes);
        Vector after = hn::MulAdd(gradient, weights[v], before);
        if constexpr (kTail) {
          if (v == kVectors - 1) {
            const auto in_patch = hn::FirstN(d, static_cast<std::size_t>(tail));
            after = hn::IfThenElse(in_patch, after, before);
          }
        }
        hn::StoreU(after, d, grad_patch + v * kLanes);
      }
    }
  }
  for (int v = 0; v < kVectors; ++v) hn::Store(grad_weights[v], d, grad_filter + v * kLanes);
}

/// The gradients image by image and output by output, of the survivors alone. The rows of filters
/// are padded to whole vectors, and images by what their last patch may then be read beyond.
class SparseBackward {
 public:
  SparseBackward(const ConvPoolShape& shape, const float* filters)
      : shape_(shape),
        row_stride_(round_up(shape.patch_row(), kLanes)),
        survivors_(shape),
        image_(allocate_zeros(shape.image_size() + kLanes)),
        grad_image_(allocate_zeros(shape.image_size() + kLanes)),
        filters_(allocate_zeros(filter_rows() * row_stride_)),
        grad_filters_(allocate_zeros(filter_rows() * row_stride_)) {
    copy_rows(filters, shape.patch_row(), filters_.get(), row_stride_);
  }

  template <bool kImages>
  void add_image(const float* image, const Winner* winners, const float* grad_results,
                 float* grad_image, float* grad_biases) {
    survivors_.collect(winners, grad_results);
    std::copy_n(image, shape_.image_size(), image_.get());
    if constexpr (kImages) std::fill_n(grad_image_.get(), shape_.image_size(), 0.0F);
    for (std::int64_t output = 0; output < shape_.outputs; ++output) {
      const Survivor* begin = survivors_.begin(output);
      const Survivor* end = survivors_.end(output);
      for (const Survivor* s = begin; s != end; ++s) grad_biases[output] += s->gradient;
      for (std::int64_t row = 0; row < shape_.filter_height; ++row) {
        add_row<kImages>(begin, end, output * shape_.filter_height + row,
                         row * shape_.width * shape_.channels);
      }
    }
    if constexpr (kImages) std::copy_n(grad_image_.get(), shape_.image_size(), grad_image);
  }

  void copy_grad_filters(float* to) const {
    copy_rows(grad_filters_.get(), row_stride_, to, shape_.patch_row());
  }

 private:
  static AlignedFloats allocate_zeros(std::int64_t size) {
    AlignedFloats values = hwy::AllocateAligned<float>(static_cast<std::size_t>(size));
    std::fill_n(values.get(), size, 0.0F);
    return values;
  }

  std::int64_t filter_rows() const { return shape_.outputs * shape_.filter_height; }

  void copy_rows(const float* from, std::int64_t from_stride, float* to,
                 std::int64_t to_stride) const {
    for (std::int64_t row = 0; row < filter_rows(); ++row) {
      std::copy_n(from + row * from_stride, shape_.patch_row(), to + row * to_stride);
    }
  }

  /// One row of the patches and of one output's filter.
  template <bool kImages>
  void add_row(const Survivor* begin, const Survivor* end, std::int64_t filter_row,
               std::int64_t image_offset) {
    constexpr int kMaxVectors = 6;
    const std::int64_t tail = shape_.patch_row() % kLanes;
    const float* image = image_.get() + image_offset;
    const float* filter = filters_.get() + filter_row * row_stride_;
    float* grad_image = grad_image_.get() + image_offset;
    float* grad_filter = grad_filters_.get() + filter_row * row_stride_;
    const std::int64_t vectors = row_stride_ / kLanes;
    for (std::int64_t first = 0; first < vectors; first += kMaxVectors) {
      const std::int64_t at = first * kLanes, left = vectors - first;
      const auto add = [&](auto vectors_constant, auto tail_constant) HWY_ATTR {
        add_survivors<decltype(vectors_constant)::value, decltype(tail_constant)::value, kImages>(
            begin, end, image + at, filter + at, grad_image + at, grad_filter + at, tail);
      };
      with_constant<kMaxVectors>(std::min<std::int64_t>(left, kMaxVectors),
                                 [&](auto vectors_constant) HWY_ATTR {
                                   if (left <= kMaxVectors && tail != 0) {
                                     add(vectors_constant, std::true_type());
                                   } else {
                                     add(vectors_constant, std::false_type());
                                   }
                                 });
    }
  }

  const ConvPoolShape& shape_;
  std::int64_t row_stride_;
  Survivors survivors_;
  AlignedFloats image_, grad_image_, filters_, grad_filters_;
};

void backward(const ConvPoolShape& shape, const float* images, std::int64_t count,
              const float* filters, const Winner* winners, const float* grad_results,
              float* grad_images, float* grad_filters, float* grad_biases) {
  std::fill_n(grad_biases, shape.outputs, 0.0F);
  SparseBackward sums(shape, filters);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* image = images + i * shape.image_size();
    const std::int64_t result = i * shape.result_size();
    if (grad_images) {
      sums.add_image<true>(image, winners + result, grad_results + result,
                           grad_images + i * shape.image_size(), grad_biases);
    } else {
      sums.add_image<false>(image, winners + result, grad_results + result, nullptr, grad_biases);
    }
  }
  sums.copy_grad_filters(grad_filters);
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(backward);

void conv_relu_pool_backward_by_survivors(const ConvPoolShape& shape, const float* images,
                                          std::int64_t count, const float* filters,
                                          const Winner* winners, const float* grad_results,
                                          float* grad_images, float* grad_filters,
                                          float* grad_biases) {
  HWY_DYNAMIC_DISPATCH(backward)
  (shape, images, count, filters, winners, grad_results, grad_images, grad_filters, grad_biases);
}

}  // namespace mnist::simd
#endif
