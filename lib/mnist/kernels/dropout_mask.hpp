#pragma once

#include <torch/types.h>

#include <cstdint>

namespace mnist {

/// Which results of a layer a training step's dropout leaves out: a function of the step's key, the
/// row of the batch and the place in the row alone, whoever computes it. The random numbers are
/// those of Philox 4x32-10, a counter-based generator (Salmon et al. 2011, Parallel Random Numbers:
/// As Easy as 1, 2, 3).
class DropoutMask {
 public:
  /// `probability`, in [0, 1), is that of being left out.
  DropoutMask(double probability, std::uint64_t key);

  /// Sets to zero what is left out of `values` [begin, end) of a row, and divides the others by
  /// 1 - probability. `begin` is a multiple of 4.
  void apply(float* values, std::int64_t row, std::int64_t begin, std::int64_t end) const;

  /// What the others are multiplied by.
  float scale() const { return scale_; }

 private:
  std::uint64_t key_, least_kept_;
  float scale_;
};

/// The key of a step: the next number of LibTorch's global generator.
std::uint64_t next_dropout_key();

/// `input`, [N, I] on the CPU, as a training step leaves it: by the mask of the next key.
/// Differentiable.
torch::Tensor dropout(const torch::Tensor& input, double probability);

}  // namespace mnist
