#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include <functional>
#include <string>

namespace mnist {

/// What a layer computes of its input, its weights and its biases.
using LayerFunction = std::function<torch::Tensor(
    const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias)>;

/// Proves a kernel: throws `Error`, naming the layer, where its results are further from those of
/// `reference` than rounding explains. `weight` is [O, …], with a sum over all but O for each
/// result; what follows the sums (ReLU, maximum) widens no difference.
///
/// Whatever the order that n products are added up in, the error of the sum is at most
/// λ · √n · u · Σ|weight · input| with u = 2⁻²⁴, but for a probability of 2 exp(−λ²/2): 10⁻¹³ for
/// λ = 8 (Higham and Mary 2019, A New Approach to Probabilistic Rounding Error Analysis, theorem
/// 3.1). Two of them may be apart by twice that, which grows with the weights, the inputs and the
/// length of the sums, and by n numbers too small for a float32. Of a convolution by Winograd's
/// method (mnist/kernels/conv_simd.hpp) the sums are those of the transformed weights and inputs.
/// Where Σ|weight · input| is too large for a float32, nothing is compared.
void verify_kernel(const std::string& layer, const LayerFunction& kernel,
                   const LayerFunction& reference, const torch::Tensor& input,
                   const torch::Tensor& weight, const torch::Tensor& bias);

/// Proves the kernels that `layers`, in evaluation mode, run on (mnist/kernels/layers.hpp): each on
/// what LibTorch's own operators make of `input` in the layers before. Throws as `verify_kernel`
/// does.
void verify_kernels(torch::nn::SequentialImpl& layers, const torch::Tensor& input);

}  // namespace mnist
