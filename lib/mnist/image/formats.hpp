#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "mnist/image/image.hpp"

namespace mnist {

/// A format of pictures that is read. All that is said of formats, and asked, follows from these.
struct PictureFormat {
  std::string_view name;                      ///< "PNG"
  bool (*begins)(std::string_view bytes);     ///< whether a file with these bytes is one
  std::span<const std::string_view> endings;  ///< of files' names, in small letters: ".png"
  GreyImage (*decode)(std::span<const std::byte> bytes, std::uint64_t most_pixels);
};

std::span<const PictureFormat> picture_formats();

/// "PNG, JPEG, … or PNM", with `last` between the last two.
std::string picture_format_names(std::string_view last = "or");

/// The format of a file with these bytes; null if it is in none of them.
const PictureFormat* find_picture_format(std::string_view bytes);

/// Whether a file's name ends as that of a picture in one of the formats, in small or capital
/// letters.
bool has_pictures_name(const std::filesystem::path& path);

}  // namespace mnist
