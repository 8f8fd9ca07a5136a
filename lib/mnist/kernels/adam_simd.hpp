#pragma once

#include <cstdint>

namespace mnist::simd {

/// One step of Adam (Kingma and Ba 2015) as LibTorch counts it:
///   m = beta1 m + (1 - beta1) g
///   v = beta2 v + (1 - beta2) g²
///   parameter -= step_size m / (sqrt(v) / root_of_correction + epsilon)
struct AdamStep {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float step_size;           ///< the learning rate / (1 - beta1^step)
  float root_of_correction;  ///< sqrt(1 - beta2^step)
  float epsilon;
};

void adam_step(const AdamStep& step, const float* gradients, float* parameters,
               float* first_moments, float* second_moments, std::int64_t count);

}  // namespace mnist::simd
