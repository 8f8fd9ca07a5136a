#pragma once

#include <cstdint>

namespace mnist {

/// Which layers there are.
enum class Architecture : std::uint8_t {
  kTutorial,  ///< those of the Keras MNIST tutorial (mnist/cnn.cpp)
  kResidual,  ///< deeper: mnist/residual_layers.hpp
};

/// The sizes of the network; by default those of the Keras MNIST tutorial, 225,034 parameters.
struct CnnOptions {
  Architecture architecture = Architecture::kTutorial;
  std::int64_t filters1 = 32, kernel1 = 3;  ///< of the first convolution, kernel1 x kernel1
  std::int64_t filters2 = 64, kernel2 = 3;  ///< of the second one, in the tutorial's
  std::int64_t hidden = 128;                ///< units between the tutorial's two linear layers
  double dropout = 0.5;                     ///< share of the last linear layer's inputs that a
                                            ///< training step leaves out
  std::int64_t image_side = 28;             ///< of the square images, in pixels; at least 8
  std::int64_t classes = 10;                ///< that the images are told apart by
};

}  // namespace mnist
