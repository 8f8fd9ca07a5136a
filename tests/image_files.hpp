#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

using Bytes = std::vector<std::byte>;
using Rgb = std::array<std::uint8_t, 3>;
using RgbImage = Image<Rgb>;

/// PNG files as libpng writes them.
Bytes encode_png(const GreyImage& image);
Bytes encode_png(const RgbImage& image);

/// A PNG picture of any kind: rows of packed samples, as they are in the file (16 bits big-endian).
struct RawPng {
  int width = 0;
  int height = 0;
  int bit_depth = 8;
  int color_type = 0;  ///< PNG_COLOR_TYPE_…
  bool interlaced = false;
  std::vector<Rgb> palette = {};
  std::vector<std::uint8_t> palette_alpha = {};
  std::vector<std::uint16_t> transparent = {};  ///< the transparent grey, or red, green and blue
  Bytes exif = {};                              ///< beginning with its TIFF header
  std::vector<std::uint8_t> samples = {};
};
Bytes encode_png(const RawPng& png);

struct JpegOptions {
  int quality = 95;
  bool progressive = false;
  int stored = 0;   ///< J_COLOR_SPACE of the file; 0: as usual
  Bytes exif = {};  ///< beginning with its TIFF header
};
/// JPEG files as libjpeg writes them; four values a pixel are CMYK, as Adobe's programs store them.
Bytes encode_jpeg(const GreyImage& image, const JpegOptions& options = {});
Bytes encode_jpeg(const RgbImage& image, const JpegOptions& options = {});
Bytes encode_jpeg(const Image<std::array<std::uint8_t, 4>>& image, const JpegOptions& options = {});

/// EXIF data with this orientation alone.
Bytes exif_with_orientation(int orientation, bool big_endian);

void write_bytes(const std::filesystem::path& path, const Bytes& bytes);

}  // namespace mnist
