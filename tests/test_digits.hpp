#pragma once

#include <filesystem>
#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

struct MnistDigit {
  GreyImage image;  ///< 28×28, ink is 255
  int label = 0;
};

/// The first `count` images of MNIST's test set in `folder`.
std::vector<MnistDigit> read_test_digits(const std::filesystem::path& folder, std::size_t count);

}  // namespace mnist
