#pragma once

#include <torch/types.h>

#include <string_view>
#include <vector>

#include "mnist/image/prepare_image.hpp"

namespace mnist {

class Classifier;

/// The mean probability of each answer, `labels`, over copies of its image that are turned, scaled,
/// sheared and moved a little, always in the same ways: high where the answer is right, as a digit
/// stays what it is. `images`: float32 [N, 1, side, side] in [0, 1]. Returns N values in [0, 1].
std::vector<float> steadiness(Classifier& classifier, const torch::Tensor& images,
                              const std::vector<int>& labels);

/// Why an answer of that steadiness is not to be relied on; empty where nothing speaks against it.
/// docs/pictures.md says how often it is right.
std::string_view doubt(float steadiness, Suspicion suspicion);

}  // namespace mnist
