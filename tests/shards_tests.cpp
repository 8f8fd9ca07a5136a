#include <torch/torch.h>

#include <cmath>
#include <functional>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/linear.hpp"
#include "mnist/kernels/shards.hpp"

using namespace mnist;

namespace {

/// The balanced binary tree over parts [0, count): pairs of neighbours, then pairs of their sums.
Tensors tree(Tensors parts) {
  while (parts.size() > 1) {
    Tensors pairs;
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      pairs.push_back(i + 1 < parts.size() ? parts[i] + parts[i + 1] : parts[i]);
    }
    parts = pairs;
  }
  return parts;
}

torch::Tensor sum_of_shards(std::int64_t rows,
                            const std::function<torch::Tensor(std::int64_t, std::int64_t)>& sum) {
  const Shards shards(rows);
  Tensors parts;
  for (std::int64_t i = 0; i < shards.count; ++i) {
    parts.push_back(sum(shards.begin(i), shards.begin(i + 1)));
  }
  return tree(parts)[0];
}

}  // namespace

TEST_CASE("a batch is cut into eight shards as evenly as can be, or one for each row", "[shards]") {
  for (const std::int64_t rows : {1, 7, 8, 9, 32, 33, 60000}) {
    const Shards shards(rows);
    CHECK(shards.count == std::min<std::int64_t>(rows, 8));
    CHECK(shards.begin(0) == 0);
    CHECK(shards.begin(shards.count) == rows);
    for (std::int64_t i = 0; i < shards.count; ++i) {
      const std::int64_t size = shards.begin(i + 1) - shards.begin(i);
      CHECK((size == rows / shards.count || size == rows / shards.count + 1));
    }
  }
}

TEST_CASE("a linear layer's gradient is the tree of its shards, to the bit", "[shards]") {
  torch::manual_seed(1);
  for (const std::int64_t rows : {1, 2, 3, 5, 6, 7, 8, 9, 32, 33}) {
    for (const std::int64_t outputs : {1, 7, 70}) {
      const torch::Tensor input = reals({rows, 37}), weight = reals({outputs, 37});
      const torch::Tensor grad = reals({rows, outputs});
      const auto found =
          results_and_gradients([](const Tensors& in) { return linear(in[0], in[1], in[2]); },
                                {input, weight, reals({outputs})}, grad);
      const auto weights = sum_of_shards(rows, [&](std::int64_t begin, std::int64_t end) {
        torch::Tensor sum = torch::zeros_like(weight);
        for (std::int64_t row = begin; row < end; ++row) {
          for (std::int64_t o = 0; o < outputs; ++o) {
            for (std::int64_t i = 0; i < 37; ++i) {
              float& value = sum.accessor<float, 2>()[o][i];
              value = std::fma(grad.accessor<float, 2>()[row][o],
                               input.accessor<float, 2>()[row][i], value);
            }
          }
        }
        return sum;
      });
      const auto biases = sum_of_shards(rows, [&](std::int64_t begin, std::int64_t end) {
        torch::Tensor sum = grad[begin].clone();
        for (std::int64_t row = begin + 1; row < end; ++row) sum += grad[row];
        return sum;
      });
      CAPTURE(rows, outputs);
      CHECK(torch::equal(found[2], weights));
      CHECK(torch::equal(found[3], biases));
    }
  }
}

TEST_CASE("the parts of rows are cut where the rows are", "[shards]") {
  for (const std::int64_t rank : {0, 1}) {
    const Shards rows(35, rank, 2), parts = rows.of_parts(9);
    CHECK(parts.count == rows.count);
    CHECK(parts.first_row == 9 * rows.first_row);
    CHECK(parts.rows == 9 * rows.rows);
    for (std::int64_t i = 0; i <= rows.count; ++i) CHECK(parts.begin(i) == 9 * rows.begin(i));
  }
}

TEST_CASE("a convolution's gradient is the tree of its shards, to the bit", "[shards]") {
  torch::manual_seed(2);
  const auto fused = [](const Tensors& in) { return conv_relu_pool(in[0], in[1], in[2]); };
  for (const std::int64_t channels : {1, 16, 33}) {
    for (std::int64_t rows = 1; rows <= Shards::kMost; ++rows) {
      const torch::Tensor images = channels_last(reals({rows, channels, 9, 8}));
      const torch::Tensor weight = reals({17, channels, 3, 3}), bias = reals({17});
      const torch::Tensor grad = channels_last(reals({rows, 17, 3, 3}));
      const auto found = results_and_gradients(fused, {images, weight, bias}, grad);
      Tensors weights, biases;
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto one = results_and_gradients(fused, {images.slice(0, row, row + 1), weight, bias},
                                               grad.slice(0, row, row + 1));
        weights.push_back(one[2]);
        biases.push_back(one[3]);
      }
      CAPTURE(channels, rows);
      CHECK(torch::equal(found[2], tree(weights)[0]));
      CHECK(torch::equal(found[3], tree(biases)[0]));
    }
  }
}
