#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace at {
class Tensor;
}
namespace torch::nn {
class SequentialImpl;
}

namespace mnist {

struct LayerSummary {
  std::string name;                        ///< as registered, such as "conv1"
  std::string type;                        ///< LibTorch's name of it, such as "Conv2d"
  std::vector<std::int64_t> output_shape;  ///< the first size is that of the example
  std::int64_t parameters;                 ///< elements of the layer's parameters
};

/// What each of `layers` makes of `example`, found by running them on it. They are left in
/// evaluation mode.
std::vector<LayerSummary> summarize(torch::nn::SequentialImpl& layers, const at::Tensor& example);

}  // namespace mnist
