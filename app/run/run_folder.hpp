#pragma once

#include <cstdint>
#include <filesystem>

#include "mnist/files/folder_lock.hpp"

namespace mnist {

/// Makes the folder, with those above it, where it is not there. Throws `Error` where it cannot be
/// made or written to.
void make_folder(const std::filesystem::path& folder);

/// What is done where the folder holds the model of an earlier run.
enum class EarlierModel : std::uint8_t { kOverwrite, kRefuse };

/// The folder that receives the results of a run: its own for as long as this lives.
class RunFolder {
 public:
  /// Makes and locks it, and removes what killed writers left. Throws `Error` before any work is
  /// lost: where the folder cannot be written to, where another process has it, or where it holds
  /// a model that is not to be overwritten.
  explicit RunFolder(std::filesystem::path path, EarlierModel earlier = EarlierModel::kOverwrite);

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  FolderLock lock_;
};

}  // namespace mnist
