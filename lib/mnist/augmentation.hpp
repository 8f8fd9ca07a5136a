#pragma once

#include <torch/types.h>

#include <cstdint>

#include "mnist/augmentation_options.hpp"

namespace mnist {

/// The images as if they had been drawn a little differently: an affine map and an elastic field
/// (Simard, Steinkraus and Platt 2003, Best Practices for Convolutional Neural Networks), each
/// pixel read from where they lead by bilinear interpolation, with paper beyond the edges. `images`
/// is float32 [N, 1, side, side]; `rows` int64 [N], which rows of the training set they are. What
/// an image becomes is a function of itself, the options, the epoch and its row alone: not of the
/// batch, the number of threads or the processor. Computed on the CPU, and returned on the images'
/// device.
torch::Tensor augment(const torch::Tensor& images, const torch::Tensor& rows,
                      const AugmentationOptions& options, std::int64_t epoch);

}  // namespace mnist
