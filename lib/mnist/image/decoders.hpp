#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mnist/image/image.hpp"

namespace mnist {

/// The decoders of formats.hpp. They take a file that begins as one of their kind. Their `Error` is
/// what was found, without the file's name.
GreyImage decode_bmp(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_gif(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_jpeg(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_png(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_pnm(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_tiff(std::span<const std::byte> bytes, std::uint64_t most_pixels);
GreyImage decode_webp(std::span<const std::byte> bytes, std::uint64_t most_pixels);

/// A file that ends before its picture does.
inline constexpr const char* kCutOff = "expected a whole picture, found: the file ends early";

/// Throws `Error` if a picture of this size is empty or over the limit.
void check_dimensions(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels);

/// ITU-R BT.601, as in JPEG: 0.299 R + 0.587 G + 0.114 B, rounded.
constexpr std::uint8_t luma(unsigned red, unsigned green, unsigned blue) {
  return static_cast<std::uint8_t>((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

/// The product of two values in [0, 255] where 255 stands for 1, rounded.
constexpr std::uint8_t scale_byte(unsigned value, unsigned factor) {
  return static_cast<std::uint8_t>((value * factor + 127) / 255);
}

/// A value from what it is times `alpha`; 0 where that is 0.
constexpr std::uint8_t without_alpha(unsigned product, unsigned alpha) {
  if (alpha == 0) return 0;
  const unsigned value = (product * 255 + alpha / 2) / alpha;
  return static_cast<std::uint8_t>(value < 255 ? value : 255);
}

}  // namespace mnist
