#pragma once

#include <cstdint>

// Plain loops over matrices [rows, channels], which the compiler turns into vector code. The rows
// are added in order, so that the bits are the same on every processor.
namespace mnist::simd {

/// sums[c] += the sum over the rows of x.
void add_rows(const float* x, std::int64_t rows, std::int64_t channels, double* sums);

/// sums[c] += the sum over the rows of (x - means[c])².
void add_squares(const float* x, const float* means, std::int64_t rows, std::int64_t channels,
                 double* sums);

/// sums[c] += the sum over the rows of y · (x - means[c]).
void add_products(const float* y, const float* x, const float* means, std::int64_t rows,
                  std::int64_t channels, double* sums);

/// result = a[c] · x + b[c].
void scale_and_shift(const float* x, const float* a, const float* b, std::int64_t rows,
                     std::int64_t channels, float* result);

/// result = a[c] · x + b[c] · y + shift[c].
void mix(const float* x, const float* a, const float* y, const float* b, const float* shift,
         std::int64_t rows, std::int64_t channels, float* result);

/// result = 0 where y <= 0, else grad · scale: the gradient that a ReLU, and dropout that scales
/// what it keeps, pass on; y are their results.
void grad_of_relu(const float* grad, const float* y, float scale, std::int64_t count,
                  float* result);

}  // namespace mnist::simd
