#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mnist/kernels/shards.hpp"

namespace mnist::simd {

/// results = inputs weights^T + biases, where all arrays are dense: inputs are [count, inputs],
/// weights [outputs, inputs], results [count, outputs].
struct LinearShape {
  std::int64_t count, inputs, outputs;
};

/// The work can be shared out by columns. Its bits do not depend on how, if the ranges begin at
/// multiples of these, of outputs and of inputs.
inline constexpr std::int64_t kLinearOutputs = 32, kLinearInputs = 128;

/// A matrix without its zeros, row by row: behind a ReLU, and more so with dropout, most elements
/// of a gradient are.
struct SparseRows {
  struct Element {
    std::int32_t column;
    float value;
  };

  SparseRows(const float* matrix, std::int64_t rows, std::int64_t columns) {
    elements.reserve(static_cast<std::size_t>(rows * columns));
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        const float value = *matrix++;
        if (value != 0) elements.push_back({static_cast<std::int32_t>(column), value});
      }
      ends.push_back(elements.size());
    }
  }

  std::vector<Element> elements;
  std::vector<std::size_t> ends;  ///< of each row, in `elements`
};

/// Columns [begin, end) of the results, that is, of these outputs; zero for negative ones if
/// `relu`.
void linear_forward(const LinearShape& shape, const float* inputs, const float* weights,
                    const float* biases, std::int64_t begin, std::int64_t end, bool relu,
                    float* results);

/// Columns [begin, end) of the inputs' gradient.
void linear_grad_inputs(const LinearShape& shape, const SparseRows& grad_results,
                        const float* weights, std::int64_t begin, std::int64_t end,
                        float* grad_inputs);

/// Columns [begin, end) of the weights' gradient, summed by the shards of the rows.
void linear_grad_weights(const LinearShape& shape, const Shards& shards, const float* grad_results,
                         const float* inputs, std::int64_t begin, std::int64_t end,
                         float* grad_weights);

}  // namespace mnist::simd
