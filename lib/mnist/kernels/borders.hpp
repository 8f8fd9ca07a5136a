#pragma once

#include <torch/types.h>

namespace mnist {

/// `images`, float32 [N, C, H, W] on the CPU with their channels innermost, in larger ones
/// [N, C, rows, columns], `border` pixels from the top and the left; all else is zero.
torch::Tensor with_border(const torch::Tensor& images, std::int64_t border, std::int64_t rows,
                          std::int64_t columns);

/// The images [N, C, rows, columns] that `with_border` put into these.
torch::Tensor without_border(const torch::Tensor& images, std::int64_t border, std::int64_t rows,
                             std::int64_t columns);

/// `images` [N, C, H, W] with a border of zeros, as wide on every side: those of the kernels by the
/// above, all others by LibTorch. Differentiable, and twice.
torch::Tensor pad(const torch::Tensor& images, std::int64_t border);

}  // namespace mnist
