#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "mnist/cnn_options.hpp"

namespace mnist {

/// Two convolutions, each with a ReLU and a 2x2 max-pooling, and two linear layers: the network of
/// the Keras MNIST tutorial. Or the residual one, for more accuracy (mnist/residual_layers.hpp).
class CnnImpl : public torch::nn::Module {
 public:
  /// The weights are those of `initialize_as_keras`. Images that are too small for both
  /// convolutions and poolings to leave 2x2 pixels get a border of zeros in the first one.
  explicit CnnImpl(const CnnOptions& options = {});

  /// `images`: float32 [N, 1, side, side] with pixels in [0, 1]. Returns logits, float32
  /// [N, classes]: the softmax is left to the loss while training, and to the saved model
  /// afterwards.
  torch::Tensor forward(const torch::Tensor& images);

  const CnnOptions options;
  torch::nn::Sequential layers;
};
TORCH_MODULE(Cnn);

/// Sets a new network's weights as Keras does. Kernels and matrices are drawn Glorot-uniform
/// (Glorot and Bengio 2010) from LibTorch's global generator, so `torch::manual_seed` before it
/// fixes them; biases are zero; all else, such as the scale of a normalization, stays as it is.
void initialize_as_keras(torch::nn::Module& network);

/// `images`, [N, 1, side, side], in the memory format that the layers take. With one channel both
/// formats are the same bytes, and LibTorch would call them the slower one: nothing is copied.
torch::Tensor channels_innermost(const torch::Tensor& images);

}  // namespace mnist
