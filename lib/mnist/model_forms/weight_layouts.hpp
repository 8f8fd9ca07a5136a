#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <span>
#include <string_view>
#include <vector>

#include "mnist/model_forms/weight_files.hpp"

namespace mnist {

/// An order of the dimensions of convolutions' and linear layers' weights.
struct WeightLayout {
  std::string_view name;
  /// The shape of a weight that PyTorch has as [O, I, H, W] or [O, I].
  std::vector<std::int64_t> (*shape)(at::IntArrayRef of_pytorch);
  /// Brings it into PyTorch's order. What a linear layer takes was `channels` channels of an image
  /// before it was flattened, or is no image's where that is 1.
  torch::Tensor (*to_pytorch)(const torch::Tensor& weight, std::int64_t channels);
};

/// PyTorch's, and Keras's: [H, W, I, O] and [I, O], with an image flattened as [H, W, C].
std::span<const WeightLayout> weight_layouts();

/// Sets all parameters and buffers of a network where `weights` have their names. Else the
/// parameters of a network of convolutions and linear layers, in their order: each takes the first
/// of `weights` that is left and has its shape, whatever its name, all in the same layout, and none
/// is to be left. Throws `Error`, with the shapes that there are, where they do not fit. Returns
/// the layout.
const WeightLayout& take_weights(torch::nn::Module& network,
                                 const std::vector<NamedTensor>& weights);

}  // namespace mnist
