#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace mnist {

/// The bytes of a regular file. Throws `Error` with the cause, and without the file's name, where
/// it is not there, no regular file (which might never end), larger than `most` bytes or
/// unreadable.
std::string read_file(const std::filesystem::path& path, std::uint64_t most);

}  // namespace mnist
