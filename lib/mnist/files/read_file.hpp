#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace mnist {

// What these throw, `Error`, is the cause without the file's name: "it is not there".

/// Opens a file to read its bytes. Throws where it is not there, not a regular file (which might
/// never end) or cannot be opened.
std::ifstream open_regular_file(const std::filesystem::path& path);

/// The first `most` bytes of a regular file, or all of a shorter one. Throws as `open_regular_file`
/// does.
std::string read_beginning(const std::filesystem::path& path, std::size_t most);

/// What zip archives begin with, TorchScript's files among them.
inline constexpr std::string_view kZipMagic = "PK\3\4";

/// The bytes of a regular file. Throws as `open_regular_file` does, and where the file is larger
/// than `most` bytes or unreadable.
std::string read_file(const std::filesystem::path& path, std::uint64_t most);

}  // namespace mnist
