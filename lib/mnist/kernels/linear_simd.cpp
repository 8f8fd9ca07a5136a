#include "mnist/kernels/linear_simd.hpp"

#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/linear_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <vector>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

/// `kRows` rows of the results from `row` on, up to `kColumns` columns of them from `column` on.
template <int kRows, int kColumns>
void dot_rows(const LinearShape& shape, const float* inputs, const float* weights,
              const float* biases, std::int64_t row, std::int64_t column, std::int64_t columns,
              float* results) {
  const Floats d;
  const std::int64_t whole = shape.inputs / kLanes * kLanes;
  const float *input[kRows], *weight[kColumns];
  for (int r = 0; r < kRows; ++r) input[r] = inputs + (row + r) * shape.inputs;
  for (int c = 0; c < kColumns; ++c) {
    // The last column stands in for those after it.
    weight[c] = weights + (column + std::min<std::int64_t>(c, columns - 1)) * shape.inputs;
  }
  Vector sums[kRows][kColumns];
  for (auto& row_sums : sums) {
    for (Vector& sum : row_sums) sum = hn::Zero(d);
  }
  for (std::int64_t i = 0; i < whole; i += kLanes) {
    Vector w[kColumns];
    for (int c = 0; c < kColumns; ++c) w[c] = hn::LoadU(d, weight[c] + i);
    for (int r = 0; r < kRows; ++r) {
      const Vector x = hn::LoadU(d, input[r] + i);
      for (int c = 0; c < kColumns; ++c) sums[r][c] = hn::MulAdd(x, w[c], sums[r][c]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < std::min<std::int64_t>(columns, kColumns); ++c) {
      float sum = sum_of_lanes(d, sums[r][c]);
      for (std::int64_t i = whole; i < shape.inputs; ++i) sum += input[r][i] * weight[c][i];
      results[(row + r) * shape.outputs + column + c] = sum + biases[column + c];
    }
  }
}

void forward(const LinearShape& shape, const float* inputs, const float* weights,
             const float* biases, std::int64_t begin, std::int64_t end, float* results) {
  // Rows times columns that are summed in registers at once.
  constexpr int kRows = kManyRegisters ? 4 : 2, kColumns = 4;
  for (std::int64_t column = begin; column < end; column += kColumns) {
    for (std::int64_t row = 0; row < shape.count; row += kRows) {
      with_constant<kRows>(
          std::min<std::int64_t>(shape.count - row, kRows), [&](auto rows) HWY_ATTR {
            dot_rows<decltype(rows)::value, kColumns>(shape, inputs, weights, biases, row, column,
                                                      end - column, results);
          });
    }
  }
}

/// An operand whose elements are picked out one by one: element (i, j) is at
/// i * row_stride + j * column_stride.
struct Picked {
  const float* values;
  std::int64_t row_stride, column_stride;
};

/// Up to `kVectors` vectors of columns of product = left right: `columns` columns, which `right` is
/// readable beyond to whole vectors.
template <int kVectors>
void multiply_panel(const Picked& left, const float* right, std::int64_t right_stride,
                    std::int64_t rows, std::int64_t depth, std::int64_t columns, float* product,
                    std::int64_t product_stride) {
  constexpr int kRows = 4;
  const Floats d;
  for (std::int64_t first = 0; first < rows; first += kRows) {
    // The last row stands in for those after it.
    const float* picked[kRows];
    for (int r = 0; r < kRows; ++r) {
      picked[r] = left.values + std::min(first + r, rows - 1) * left.row_stride;
    }
    Vector sums[kRows][kVectors];
    for (auto& row_sums : sums) {
      for (Vector& sum : row_sums) sum = hn::Zero(d);
    }
    for (std::int64_t i = 0; i < depth; ++i) {
      Vector row[kVectors];
      for (int v = 0; v < kVectors; ++v)
        row[v] = hn::LoadU(d, right + i * right_stride + v * kLanes);
      for (int r = 0; r < kRows; ++r) {
        const Vector factor = hn::Set(d, picked[r][i * left.column_stride]);
        for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(factor, row[v], sums[r][v]);
      }
    }
    for (int r = 0; r < kRows; ++r) {
      float* row = product + std::min(first + r, rows - 1) * product_stride;
      for (int v = 0; v < kVectors; ++v) {
        store_first(sums[r][v], d, row + v * kLanes, columns - v * kLanes);
      }
    }
  }
}

/// Columns [begin, end) of product = left right, where `right` and `product` are dense with rows of
/// `stride` elements.
void multiply(const Picked& left, const float* right, std::int64_t stride, std::int64_t rows,
              std::int64_t depth, std::int64_t begin, std::int64_t end, float* product) {
  constexpr int kVectors = kManyRegisters ? 4 : 2;
  constexpr std::int64_t kColumns = kVectors * kLanes;
  static_assert(kLinearColumns % kColumns == 0);
  std::int64_t column = begin;
  for (; column + kColumns <= end; column += kColumns) {
    multiply_panel<kVectors>(left, right + column, stride, rows, depth, kColumns, product + column,
                             stride);
  }
  if (column == end) return;
  const std::int64_t columns = end - column, padded = round_up(columns, kLanes);
  std::vector<float> panel(static_cast<std::size_t>(depth * padded));
  for (std::int64_t i = 0; i < depth; ++i) {
    std::copy_n(right + i * stride + column, columns, panel.data() + i * padded);
  }
  with_constant<kVectors>(padded / kLanes, [&](auto vectors) HWY_ATTR {
    multiply_panel<decltype(vectors)::value>(left, panel.data(), padded, rows, depth, columns,
                                             product + column, stride);
  });
}

void grad_inputs(const LinearShape& shape, const float* grad_results, const float* weights,
                 std::int64_t begin, std::int64_t end, float* grads) {
  multiply({grad_results, shape.outputs, 1}, weights, shape.inputs, shape.count, shape.outputs,
           begin, end, grads);
}

void grad_weights(const LinearShape& shape, const float* grad_results, const float* inputs,
                  std::int64_t begin, std::int64_t end, float* grads) {
  multiply({grad_results, 1, shape.outputs}, inputs, shape.inputs, shape.outputs, shape.count,
           begin, end, grads);
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(forward);
HWY_EXPORT(grad_inputs);
HWY_EXPORT(grad_weights);

void linear_forward(const LinearShape& shape, const float* inputs, const float* weights,
                    const float* biases, std::int64_t begin, std::int64_t end, float* results) {
  HWY_DYNAMIC_DISPATCH(forward)(shape, inputs, weights, biases, begin, end, results);
}

void linear_grad_inputs(const LinearShape& shape, const float* grad_results, const float* weights,
                        std::int64_t begin, std::int64_t end, float* grad_inputs) {
  HWY_DYNAMIC_DISPATCH(grad_inputs)(shape, grad_results, weights, begin, end, grad_inputs);
}

void linear_grad_weights(const LinearShape& shape, const float* grad_results, const float* inputs,
                         std::int64_t begin, std::int64_t end, float* grad_weights) {
  HWY_DYNAMIC_DISPATCH(grad_weights)(shape, grad_results, inputs, begin, end, grad_weights);
}

}  // namespace mnist::simd
#endif
