#pragma once

#include <torch/nn/modules/batchnorm.h>
#include <torch/types.h>

namespace mnist {

/// What `norm` makes of `input`, [N, C, H, W]. In training mode, of float32 on the CPU with its
/// channels innermost, it is computed so that nothing depends on the number of threads or the
/// processor: mean and variance are added up by the batch's shards. All else, evaluation mode
/// included, is LibTorch's. Differentiable in input, weight and bias, and twice (the second time by
/// LibTorch's operators). The running statistics move as LibTorch's do.
torch::Tensor batch_norm(const torch::Tensor& input, torch::nn::BatchNorm2dImpl& norm);

}  // namespace mnist
