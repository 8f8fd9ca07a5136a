#pragma once

#include <torch/types.h>

namespace mnist {

/// torch::linear: inputs [N, I], weight [O, I], bias [O], result [N, O]. Dense float32 on the CPU
/// does not depend on the system's BLAS, nor the result on the number of threads; all else, and
/// tracing, is left to LibTorch. Differentiable in all three, and again (by LibTorch's operators).
torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias);

}  // namespace mnist
