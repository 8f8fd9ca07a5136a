#include "run/run_folder.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/files/atomic_file.hpp"

namespace mnist {
namespace {

std::filesystem::path made(std::filesystem::path folder) {
  make_folder(folder);
  return folder;
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
  std::error_code error, unknown;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder, unknown)) {
    throw Error("cannot make the output folder '{}': {}", folder.string(),
                error ? error.message() : "a file of that name is in the way");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error("cannot write in the output folder '{}': {}", folder.string(),
                std::generic_category().message(errno));
  }
}

RunFolder::RunFolder(std::filesystem::path path) : path_(made(std::move(path))), lock_(path_) {
  remove_temporary_files(path_);
}

}  // namespace mnist
