#pragma once

#include <filesystem>

#include "mnist/files/file_descriptor.hpp"

namespace mnist {

/// Keeps two runs from writing into one folder. The lock goes with its process, however that ends;
/// the file `.lock` stays, and says whose the lock was.
class FolderLock {
 public:
  /// Throws `Error` with the other's process id where another process has the lock.
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  FileDescriptor file_;
};

}  // namespace mnist
