#pragma once

#include <cstdint>

namespace mnist::simd {

/// results = inputs weights^T + biases, where all arrays are dense: inputs are [count, inputs],
/// weights [outputs, inputs], results [count, outputs].
struct LinearShape {
  std::int64_t count, inputs, outputs;
};

/// The work can be shared out by columns. Its bits do not depend on how, if the ranges begin at
/// multiples of this.
inline constexpr std::int64_t kLinearColumns = 64;

/// Columns [begin, end) of the results, that is, of these outputs.
void linear_forward(const LinearShape& shape, const float* inputs, const float* weights,
                    const float* biases, std::int64_t begin, std::int64_t end, float* results);

/// Columns [begin, end) of the inputs' gradient.
void linear_grad_inputs(const LinearShape& shape, const float* grad_results, const float* weights,
                        std::int64_t begin, std::int64_t end, float* grad_inputs);

/// Columns [begin, end) of the weights' gradient.
void linear_grad_weights(const LinearShape& shape, const float* grad_results, const float* inputs,
                         std::int64_t begin, std::int64_t end, float* grad_weights);

}  // namespace mnist::simd
