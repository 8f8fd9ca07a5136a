#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/image/image.hpp"

namespace mnist {

/// What a picture may have at most. It is checked before anything of that size is allocated.
struct ImageLimits {
  std::uintmax_t bytes = std::uintmax_t{256} << 20;   ///< of the file
  std::uint64_t pixels = std::uint64_t{100'000'000};  ///< width · height
};

/// A picture has more pixels than it may.
class TooManyPixels : public Error {
 public:
  using Error::Error;
};

/// Reads a picture in one of the formats of formats.hpp, told by its content, as grey: colours by
/// ITU-R BT.601's luma, 16 bits as the nearest 8, transparency as `over_canvas` says, turned as its
/// EXIF orientation says. Of several pictures in a file (GIF, TIFF, animated WebP) it is the first.
///
/// Throws `Error`, naming the file, what was expected and what was found, if it is not a readable
/// regular file, not in one of the formats, over the limits (`TooManyPixels`, or too many bytes),
/// or in any part damaged or cut off as far as the format lets one see that; what follows the end
/// of the picture in the file is ignored. Never waits, as opening a pipe would.
GreyImage read_image(const std::filesystem::path& path, const ImageLimits& limits = {});

/// As `read_image`, of a file that is already in memory; `name` is for the error.
GreyImage decode_image(std::span<const std::byte> bytes, std::string_view name,
                       const ImageLimits& limits = {});

}  // namespace mnist
