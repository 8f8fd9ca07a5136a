#pragma once

#include <string>

#include "mnist/image/image.hpp"

namespace mnist {

/// The bytes of a PNG file of this picture, which has pixels. Throws `Error` where there is no
/// memory for it.
std::string to_png(const GreyImage& image);

}  // namespace mnist
