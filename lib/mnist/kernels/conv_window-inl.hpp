// What a convolution's forward kernels share. Highway compiles it once for each instruction set,
// hence the guard.
#if defined(MNIST_KERNELS_CONV_WINDOW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef MNIST_KERNELS_CONV_WINDOW_INL_HPP
#undef MNIST_KERNELS_CONV_WINDOW_INL_HPP
#else
#define MNIST_KERNELS_CONV_WINDOW_INL_HPP
#endif

#include "mnist/kernels/conv_simd.hpp"
#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// The outputs that are computed at once.
constexpr int kBlockVectors = 2;
constexpr std::int64_t kBlockOutputs = kBlockVectors * kLanes;

/// Where a window's patches begin, and where its results and winners go.
struct Window {
  const float* corner;
  float* result;
  Winner* winner;  ///< null if it is not asked for
};

/// Goes through the windows of images, which are counted over all of them.
class Windows {
 public:
  Windows(const ConvShape& shape, const float* images, float* results, Winner* winners,
          std::int64_t window)
      : shape_(shape), columns_(shape.pooled_width()), rows_(shape.pooled_height()) {
    const std::int64_t image = window / shape.windows(), in_image = window % shape.windows();
    row_ = in_image / columns_;
    column_ = in_image % columns_;
    image_ = images + image * shape.image_size();
    results_ = results + image * shape.result_size();
    now_ = {image_ + shape.corner(in_image), results_ + in_image * shape.window_stride(),
            winners ? winners + window * shape.outputs : nullptr};
  }

  const Window& operator*() const { return now_; }

  Windows& operator++() {
    if (now_.winner) now_.winner += shape_.outputs;
    now_.corner += 2 * shape_.channels;
    now_.result += shape_.window_stride();
    if (++column_ == columns_) next_row();
    return *this;
  }

 private:
  void next_row() {
    column_ = 0;
    if (++row_ == rows_) {
      row_ = 0;
      image_ += shape_.image_size();
      now_.result = results_ += shape_.result_size();
    }
    now_.corner = image_ + shape_.corner(row_, 0);
  }

  const ConvShape& shape_;
  std::int64_t columns_, rows_, column_, row_;
  const float* image_;
  float* results_;
  Window now_;
};

/// From the sums at the four positions of one window, its maximum as ATen's max_pool2d and relu
/// find it: the last NaN, else the first of the largest. The sums are those of `outputs` outputs
/// from `first` on, whose results are `stride` apart. Returns the maxima.
template <bool kWinners>
HWY_INLINE Vector finish_window(const Vector (&sums)[4], const Window& window, std::int64_t first,
                                std::int64_t stride, std::int64_t outputs) {
  using Integers = hn::RebindToSigned<Floats>;
  using Bytes = hn::Rebind<Winner, Floats>;
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
  store_first(hn::IfThenZeroElse(silent, largest), d, window.result + first * stride, outputs,
              stride);
  if constexpr (kWinners) {
    position = hn::IfThenElse(hn::RebindMask(di, silent), hn::Set(di, kSilent), position);
    const hn::RebindToUnsigned<Integers> du;
    store_first(hn::U8FromU32(hn::BitCast(du, position)), Bytes(), window.winner + first, outputs);
  }
  return largest;
}

/// Calls `compute` for one block of outputs after the other: with the constants of how many vectors
/// they fill and whether winners are wanted, the first output of the block and the number of them.
template <class Compute>
HWY_INLINE void for_each_block(const ConvShape& shape, bool winners, const Compute& compute) {
  for (std::int64_t first = 0; first < shape.outputs; first += kBlockOutputs) {
    const std::int64_t outputs = std::min(shape.outputs - first, kBlockOutputs);
    with_constant<kBlockVectors>(round_up(outputs, kLanes) / kLanes, [&](auto vectors) HWY_ATTR {
      if (winners) {
        compute(vectors, std::true_type(), first, outputs);
      } else {
        compute(vectors, std::false_type(), first, outputs);
      }
    });
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // the guard
