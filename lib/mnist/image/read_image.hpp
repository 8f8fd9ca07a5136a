#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "mnist/image/image.hpp"

namespace mnist {

/// What a picture may have at most. It is checked before anything of that size is allocated.
struct ImageLimits {
  std::uintmax_t bytes = std::uintmax_t{256} << 20;   ///< of the file
  std::uint64_t pixels = std::uint64_t{100'000'000};  ///< width · height
};

/// Reads a PNG or JPEG picture of any kind as grey: colours by ITU-R BT.601's luma, 16 bits as the
/// nearest 8, transparency as `over_canvas` says, turned as its EXIF orientation says.
///
/// Throws `Error`, naming the file, what was expected and what was found, if it is not a readable
/// regular file, not a PNG or JPEG picture, over the limits, or in any part damaged or cut off;
/// what follows the end of the picture in the file is ignored. Never waits, as opening a pipe
/// would.
GreyImage read_image(const std::filesystem::path& path, const ImageLimits& limits = {});

/// As `read_image`, of a file that is already in memory; `name` is for the error.
GreyImage decode_image(std::span<const std::byte> bytes, std::string_view name,
                       const ImageLimits& limits = {});

/// Whether a file's name ends as that of a picture that these read: .png, .jpg or .jpeg, in small
/// or capital letters.
bool has_pictures_name(const std::filesystem::path& path);

}  // namespace mnist
