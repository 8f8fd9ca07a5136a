#include "mnist/kernels/conv_relu_by_patches.hpp"

#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/linear.hpp"

namespace mnist {

torch::Tensor conv_relu_by_patches(const torch::Tensor& input, const torch::Tensor& weight,
                                   const torch::Tensor& bias) {
  const bool fits = kernels_apply({input, weight, bias}) && input.dim() == 4 && weight.dim() == 4 &&
                    input.numel() > 0 && input.size(1) == weight.size(1) &&
                    input.size(2) >= weight.size(2) && input.size(3) >= weight.size(3);
  if (!fits) return torch::relu(torch::conv2d(input, weight, bias));
  const torch::Tensor windows = input.permute({0, 2, 3, 1})
                                    .unfold(1, weight.size(2), 1)
                                    .unfold(2, weight.size(3), 1);  // [N, rows, columns, C, KH, KW]
  const torch::Tensor filters = weight.flatten(1);
  const torch::Tensor results =
      linear(windows.reshape({-1, filters.size(1)}), filters, bias, {.relu = true});
  return results.view({input.size(0), windows.size(1), windows.size(2), weight.size(0)})
      .permute({0, 3, 1, 2});
}

}  // namespace mnist
