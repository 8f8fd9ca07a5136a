#pragma once

#include <filesystem>
#include <string_view>

namespace mnist {

/// Writes `bytes` to `path` so that the file is there complete or not at all, even after a power
/// cut: a temporary file in the same folder, flushed to the disk, takes the name, and then the
/// folder is flushed. A file that was there before, or a link to one, stays whole until the new one
/// replaces it; a folder, a pipe or a device is not replaced. Where `previous` is given, that old
/// file is kept under this name, in the same folder. Throws `Error`, naming `path` and the cause;
/// the temporary file is then removed.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                           const std::filesystem::path& previous = {});

/// Removes the temporary files that writers of this kind left in `folder` when they were killed.
/// Nobody may be writing there.
void remove_temporary_files(const std::filesystem::path& folder);

}  // namespace mnist
