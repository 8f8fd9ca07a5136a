#pragma once

#include <span>
#include <string>

namespace mnist {

/// A 28×28 image for a terminal, `pixels` row-major in [0, 1]: two rows of pixels a line of text in
/// 24 shades of grey, or a line a row and two ASCII characters a pixel where there is no `color`.
std::string drawing(std::span<const float> pixels, bool color);

}  // namespace mnist
