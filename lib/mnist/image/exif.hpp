#pragma once

#include <cstddef>
#include <span>

#include "mnist/image/image.hpp"

namespace mnist {

/// The orientation (1 to 8, tag 0x0112 of the first directory) in EXIF data, which begins with its
/// TIFF header (EXIF 2.32, section 4.6). 1, upright, where it is missing or makes no sense.
int exif_orientation(std::span<const std::byte> tiff);

/// The picture as it is to be seen, if it was stored in this orientation (1 to 8).
GreyImage upright(GreyImage stored, int orientation);

}  // namespace mnist
