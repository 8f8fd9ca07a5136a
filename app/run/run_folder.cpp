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

void refuse_if_there(const std::filesystem::path& model) {
  std::error_code error;
  if (std::filesystem::symlink_status(model, error).type() ==
      std::filesystem::file_type::not_found) {
    return;
  }
  throw Error(
      "the output folder '{}' holds the model of an earlier run: expected none; --resume goes on "
      "with that run, --overwrite replaces it",
      model.parent_path().string());
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

RunFolder::RunFolder(std::filesystem::path path, EarlierModel earlier)
    : path_(made(std::move(path))), lock_(path_) {
  if (earlier == EarlierModel::kRefuse) refuse_if_there(path_ / "model.pt");
  remove_temporary_files(path_);
}

}  // namespace mnist
