#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace mnist {

/// The small convolutional network of the Keras MNIST tutorial: 225,034 parameters.
class CnnImpl : public torch::nn::Module {
 public:
  /// Weights are drawn Glorot-uniform (Glorot and Bengio 2010, Keras's default) from LibTorch's
  /// global generator, so `torch::manual_seed` before it fixes them; biases are zero.
  CnnImpl();

  /// `images`: float32 [N, 1, 28, 28] with pixels in [0, 1]. Returns logits, float32 [N, 10]: the
  /// softmax is left to the loss while training, and to the saved model afterwards.
  torch::Tensor forward(const torch::Tensor& images);

  torch::nn::Sequential layers;
};
TORCH_MODULE(Cnn);

}  // namespace mnist
