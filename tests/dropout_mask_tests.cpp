#include <torch/torch.h>

#include <cmath>
#include <vector>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/kernels/dropout_mask.hpp"
#include "mnist/kernels/linear.hpp"

using namespace mnist;

namespace {

std::vector<float> row_of_ones(const DropoutMask& mask, std::int64_t row, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size), 1);
  mask.apply(values.data(), row, 0, size);
  return values;
}

}  // namespace

TEST_CASE("dropout leaves out its share and scales the rest", "[dropout]") {
  for (const double probability : {0.1, 0.5, 0.9}) {
    const DropoutMask mask(probability, 7);
    constexpr int kRows = 100, kSize = 1000;
    double left_out = 0;
    for (int row = 0; row < kRows; ++row) {
      for (const float value : row_of_ones(mask, row, kSize)) {
        CHECK((value == 0 || value == static_cast<float>(1 / (1 - probability))));
        left_out += value == 0;
      }
    }
    const double deviation = std::sqrt(kRows * kSize * probability * (1 - probability));
    CHECK(std::abs(left_out - kRows * kSize * probability) < 5 * deviation);
  }
}

TEST_CASE("a dropout mask depends on key, row and place alone", "[dropout]") {
  const DropoutMask mask(0.5, 7);
  const auto whole = row_of_ones(mask, 3, 101);
  CHECK(whole == row_of_ones(DropoutMask(0.5, 7), 3, 101));
  CHECK(whole != row_of_ones(mask, 4, 101));
  CHECK(whole != row_of_ones(DropoutMask(0.5, 8), 3, 101));
  std::vector<float> in_pieces(101, 1);
  mask.apply(in_pieces.data(), 3, 64, 101);
  mask.apply(in_pieces.data(), 3, 0, 64);
  CHECK(in_pieces == whole);
}

TEST_CASE("a row's dropout is the same in a batch of any size and on any number of threads",
          "[dropout]") {
  const torch::Tensor inputs = torch::ones({33, 5}), weight = torch::ones({130, 5}),
                      bias = torch::ones(130);
  const auto drop = [&](std::int64_t rows, int threads) {
    torch::manual_seed(3);
    return with_threads(threads, [&] {
      return linear(inputs.slice(0, 0, rows), weight, bias, {.relu = true, .dropout = 0.5});
    });
  };
  const torch::Tensor all = drop(33, 1);
  CHECK(torch::equal(drop(33, 3), all));
  CHECK(torch::equal(drop(7, 1), all.slice(0, 0, 7)));
  torch::manual_seed(4);
  CHECK_FALSE(torch::equal(linear(inputs, weight, bias, {.relu = true, .dropout = 0.5}), all));
}
