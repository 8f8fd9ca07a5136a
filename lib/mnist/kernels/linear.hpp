#pragma once

#include <torch/types.h>

namespace mnist {

/// What the sums of a linear layer go through before anything else reads them.
struct Activation {
  bool relu = false;
  double dropout = 0;  ///< after the ReLU, in [0, 1): the probability that a result is left out
};

/// dropout(relu(torch::linear(input, weight, bias))), those of the two that `activation` has:
/// inputs [N, I], weight [O, I], bias [O], result [N, O]. Dense float32 on the CPU does not depend
/// on the system's BLAS, nor the result on the number of threads; all else, and tracing, is left to
/// LibTorch. Differentiable in all three, and again (by LibTorch's operators).
///
/// Each call with dropout takes one number from LibTorch's global generator, as the key of its
/// `DropoutMask`.
torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias, const Activation& activation = {});

}  // namespace mnist
