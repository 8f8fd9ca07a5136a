#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mnist {

/// What a BMP file says of its pixels (Microsoft's BITMAPFILEHEADER and BITMAPINFOHEADER, with
/// those of OS/2 and versions 4 and 5).
struct BmpHeader {
  int width = 0;
  int height = 0;
  bool is_top_down = false;              ///< the order of the rows
  unsigned bits = 0;                     ///< a pixel: 1, 4, 8, 16, 24 or 32
  std::array<std::uint32_t, 4> masks{};  ///< of 16 and more bits: red, green, blue, alpha (or 0)
  std::vector<std::uint8_t> palette;     ///< of up to 8 bits: the colours' luma
  std::size_t pixels = 0;                ///< where they begin in the file
  std::size_t row_size = 0;              ///< in bytes; all rows are there
};

/// Throws `Error` as decoders.hpp says.
BmpHeader read_bmp_header(std::span<const std::byte> bytes, std::uint64_t most_pixels);

}  // namespace mnist
