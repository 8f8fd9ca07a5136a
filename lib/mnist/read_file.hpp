#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace mnist {

// What these throw, `Error`, is the cause without the file's name: "it is not there".

/// Opens a file to read its bytes. Throws where it is not there, not a regular file (which might
/// never end) or cannot be opened.
std::ifstream open_regular_file(const std::filesystem::path& path);

/// The bytes of a regular file. Throws as `open_regular_file` does, and where the file is larger
/// than `most` bytes or unreadable.
std::string read_file(const std::filesystem::path& path, std::uint64_t most);

}  // namespace mnist
