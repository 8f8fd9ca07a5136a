#include "mnist/kernels/channels.hpp"

#include <algorithm>
#include <vector>

namespace mnist::simd {
namespace {

/// Adds up `term(row, channel)` as float32 over some rows, and these sums as float64: quick, and
/// with a rounding error that does not grow with the number of rows.
template <typename Term>
void add_terms(std::int64_t rows, std::int64_t channels, double* sums, const Term& term) {
  constexpr std::int64_t kRowsAtOnce = 64;
  std::vector<float> some(static_cast<std::size_t>(channels));
  float* sum = some.data();
  for (std::int64_t first = 0; first < rows; first += kRowsAtOnce) {
    std::fill(some.begin(), some.end(), 0.0F);
    for (std::int64_t row = first; row < std::min(first + kRowsAtOnce, rows); ++row) {
      for (std::int64_t c = 0; c < channels; ++c) sum[c] += term(row * channels + c, c);
    }
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<double>(sum[c]);
  }
}

}  // namespace

void add_rows(const float* x, std::int64_t rows, std::int64_t channels, double* sums) {
  add_terms(rows, channels, sums, [=](std::int64_t i, std::int64_t) { return x[i]; });
}

void add_squares(const float* x, const float* means, std::int64_t rows, std::int64_t channels,
                 double* sums) {
  add_terms(rows, channels, sums,
            [=](std::int64_t i, std::int64_t c) { return (x[i] - means[c]) * (x[i] - means[c]); });
}

void add_products(const float* y, const float* x, const float* means, std::int64_t rows,
                  std::int64_t channels, double* sums) {
  add_terms(rows, channels, sums,
            [=](std::int64_t i, std::int64_t c) { return y[i] * (x[i] - means[c]); });
}

void scale_and_shift(const float* x, const float* a, const float* b, std::int64_t rows,
                     std::int64_t channels, float* __restrict result) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t i = row * channels + c;
      result[i] = a[c] * x[i] + b[c];
    }
  }
}

void mix(const float* x, const float* a, const float* y, const float* b, const float* shift,
         std::int64_t rows, std::int64_t channels, float* __restrict result) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const std::int64_t i = row * channels + c;
      result[i] = a[c] * x[i] + b[c] * y[i] + shift[c];
    }
  }
}

void grad_of_relu(const float* grad, const float* y, float scale, std::int64_t count,
                  float* __restrict result) {
  for (std::int64_t i = 0; i < count; ++i) result[i] = y[i] <= 0 ? 0 : grad[i] * scale;
}

}  // namespace mnist::simd
