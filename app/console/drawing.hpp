#pragma once

#include <string>

#include "mnist/image/image.hpp"

namespace mnist {

/// An image for a terminal, pixels in [0, 1]: two rows of pixels a line of text in
/// 24 shades of grey, or a line a row and two ASCII characters a pixel where there is no `color`.
std::string drawing(const FloatImage& image, bool color);

}  // namespace mnist
