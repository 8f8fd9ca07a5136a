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
              bool relu, float* results) {
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
      sum += biases[column + c];
      results[(row + r) * shape.outputs + column + c] = relu && sum <= 0 ? 0 : sum;
    }
  }
}

void forward(const LinearShape& shape, const float* inputs, const float* weights,
             const float* biases, std::int64_t begin, std::int64_t end, bool relu, float* results) {
  // Rows times columns that are summed in registers at once.
  constexpr int kRows = kManyRegisters ? 4 : 3, kColumns = 4;
  for (std::int64_t column = begin; column < end; column += kColumns) {
    for (std::int64_t row = 0; row < shape.count; row += kRows) {
      with_constant<kRows>(
          std::min<std::int64_t>(shape.count - row, kRows), [&](auto rows) HWY_ATTR {
            dot_rows<decltype(rows)::value, kColumns>(shape, inputs, weights, biases, row, column,
                                                      end - column, relu, results);
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
/// readable beyond to whole vectors. Each product is summed by `shards` of the `depth`.
template <int kVectors>
void multiply_panel(const Picked& left, const float* right, std::int64_t right_stride,
                    std::int64_t rows, const Shards& depth, std::int64_t columns, float* product,
                    std::int64_t product_stride) {
  constexpr int kRows = kManyRegisters ? 4 : 6;
  const Floats d;
  for (std::int64_t first = 0; first < rows; first += kRows) {
    // The last row stands in for those after it.
    const float* picked[kRows];
    for (int r = 0; r < kRows; ++r) {
      picked[r] = left.values + std::min(first + r, rows - 1) * left.row_stride;
    }
    ShardTree<kRows * kVectors> tree;
    for (std::int64_t shard = 0; shard < depth.count; ++shard) {
      Vector sums[kRows * kVectors];
      for (Vector& sum : sums) sum = hn::Zero(d);
      for (std::int64_t i = depth.begin(shard); i < depth.begin(shard + 1); ++i) {
        Vector row[kVectors];
        for (int v = 0; v < kVectors; ++v) {
          row[v] = hn::LoadU(d, right + i * right_stride + v * kLanes);
        }
        for (int r = 0; r < kRows; ++r) {
          const Vector factor = hn::Set(d, picked[r][i * left.column_stride]);
          for (int v = 0; v < kVectors; ++v) {
            sums[r * kVectors + v] = hn::MulAdd(factor, row[v], sums[r * kVectors + v]);
          }
        }
      }
      tree.add(sums);
    }
    const auto& totals = tree.total();
    for (int r = 0; r < kRows; ++r) {
      float* row = product + std::min(first + r, rows - 1) * product_stride;
      for (int v = 0; v < kVectors; ++v) {
        store_first(totals[r * kVectors + v], d, row + v * kLanes, columns - v * kLanes);
      }
    }
  }
}

/// Columns [begin, end) of product = left right, where `right` and `product` are dense with rows of
/// `stride` elements.
void multiply(const Picked& left, const float* right, std::int64_t stride, std::int64_t rows,
              const Shards& depth, std::int64_t begin, std::int64_t end, float* product) {
  constexpr int kVectors = kManyRegisters ? 4 : 2;
  constexpr std::int64_t kColumns = kVectors * kLanes;
  static_assert(kLinearInputs % kColumns == 0);
  std::int64_t column = begin;
  for (; column + kColumns <= end; column += kColumns) {
    multiply_panel<kVectors>(left, right + column, stride, rows, depth, kColumns, product + column,
                             stride);
  }
  if (column == end) return;
  const std::int64_t columns = end - column, padded = round_up(columns, kLanes);
  std::vector<float> panel(static_cast<std::size_t>(depth.rows * padded));
  for (std::int64_t i = 0; i < depth.rows; ++i) {
    std::copy_n(right + i * stride + column, columns, panel.data() + i * padded);
  }
  with_constant<kVectors>(padded / kLanes, [&](auto vectors) HWY_ATTR {
    multiply_panel<decltype(vectors)::value>(left, panel.data(), padded, rows, depth, columns,
                                             product + column, stride);
  });
}

/// `kVectors` vectors of a row of the inputs' gradient: the sum of its elements' rows of weights.
/// With a tail the last vector is not filled.
template <int kVectors, bool kTail>
void add_rows(const SparseRows::Element* begin, const SparseRows::Element* end,
              const float* weights, std::int64_t stride, std::int64_t columns, float* sums) {
  const Floats d;
  Vector row[kVectors];
  for (Vector& sum : row) sum = hn::Zero(d);
  for (const SparseRows::Element* element = begin; element != end; ++element) {
    const Vector factor = hn::Set(d, element->value);
    const float* from = weights + element->column * stride;
    for (int v = 0; v < kVectors; ++v) {
      const Vector weight = kTail && v == kVectors - 1
                                ? load_first(d, from + v * kLanes, columns - v * kLanes)
                                : hn::LoadU(d, from + v * kLanes);
      row[v] = hn::MulAdd(factor, weight, row[v]);
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    store_first(row[v], d, sums + v * kLanes, columns - v * kLanes);
  }
}

void grad_inputs(const LinearShape& shape, const SparseRows& grad_results, const float* weights,
                 std::int64_t begin, std::int64_t end, float* grads) {
  constexpr int kVectors = 8;
  constexpr std::int64_t kColumns = kVectors * kLanes;
  static_assert(kLinearInputs % kColumns == 0);
  for (std::int64_t column = begin; column < end; column += kColumns) {
    const std::int64_t columns = std::min(end - column, kColumns);
    const SparseRows::Element* from = grad_results.elements.data();
    for (std::int64_t row = 0; row < shape.count; ++row) {
      const SparseRows::Element* to =
          grad_results.elements.data() + grad_results.ends[static_cast<std::size_t>(row)];
      const auto add = [&](auto vectors, auto tail) HWY_ATTR {
        add_rows<decltype(vectors)::value, decltype(tail)::value>(
            from, to, weights + column, shape.inputs, columns, grads + row * shape.inputs + column);
      };
      with_constant<kVectors>(round_up(columns, kLanes) / kLanes, [&](auto vectors) HWY_ATTR {
        if (columns % kLanes == 0) {
          add(vectors, std::false_type());
        } else {
          add(vectors, std::true_type());
        }
      });
      from = to;
    }
  }
}

void grad_weights(const LinearShape& shape, const Shards& shards, const float* grad_results,
                  const float* inputs, std::int64_t begin, std::int64_t end, float* grads) {
  multiply({grad_results, 1, shape.outputs}, inputs, shape.inputs, shape.outputs, shards, begin,
           end, grads);
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(forward);
HWY_EXPORT(grad_inputs);
HWY_EXPORT(grad_weights);

void linear_forward(const LinearShape& shape, const float* inputs, const float* weights,
                    const float* biases, std::int64_t begin, std::int64_t end, bool relu,
                    float* results) {
  HWY_DYNAMIC_DISPATCH(forward)(shape, inputs, weights, biases, begin, end, relu, results);
}

void linear_grad_inputs(const LinearShape& shape, const SparseRows& grad_results,
                        const float* weights, std::int64_t begin, std::int64_t end,
                        float* grad_inputs) {
  HWY_DYNAMIC_DISPATCH(grad_inputs)(shape, grad_results, weights, begin, end, grad_inputs);
}

void linear_grad_weights(const LinearShape& shape, const Shards& shards, const float* grad_results,
                         const float* inputs, std::int64_t begin, std::int64_t end,
                         float* grad_weights) {
  HWY_DYNAMIC_DISPATCH(grad_weights)
  (shape, shards, grad_results, inputs, begin, end, grad_weights);
}

}  // namespace mnist::simd
#endif
