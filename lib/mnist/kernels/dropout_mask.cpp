#include "mnist/kernels/dropout_mask.hpp"

#include <ATen/core/PhiloxRNGEngine.h>
#include <torch/types.h>

#include <cmath>

#include "mnist/kernels/shared_batch.hpp"

namespace mnist {

DropoutMask::DropoutMask(double probability, std::uint64_t key)
    : key_(key),
      least_kept_(static_cast<std::uint64_t>(std::llround(probability * 0x1p32))),
      scale_(static_cast<float>(1 / (1 - probability))) {}

void DropoutMask::apply(float* values, std::int64_t row, std::int64_t begin,
                        std::int64_t end) const {
  at::philox_engine random(key_, static_cast<std::uint64_t>(row),
                           static_cast<std::uint64_t>(begin / 4));
  for (std::int64_t i = begin; i < end; ++i) {
    values[i] = random() < least_kept_ ? 0 : values[i] * scale_;
  }
}

std::uint64_t next_dropout_key() {
  return static_cast<std::uint64_t>(torch::empty({}, torch::kInt64).random_().item<std::int64_t>());
}

torch::Tensor dropout(const torch::Tensor& input, double probability) {
  const DropoutMask mask(probability, next_dropout_key());
  const torch::Tensor factors = torch::ones(input.sizes(), torch::kFloat32);
  const std::int64_t size = input.size(1), first_row = shards_of(input.size(0)).first_row;
  for (std::int64_t row = 0; row < input.size(0); ++row) {
    mask.apply(factors.data_ptr<float>() + row * size, first_row + row, 0, size);
  }
  return input * factors;
}

}  // namespace mnist
