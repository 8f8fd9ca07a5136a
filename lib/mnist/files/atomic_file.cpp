#include "mnist/files/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "mnist/error.hpp"
#include "mnist/files/file_descriptor.hpp"

namespace mnist {
namespace {

constexpr std::string_view kTemporary = ".mnist-tmp";

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw Error("cannot write '{}': {}", path.string(), std::generic_category().message(error));
}

/// A rename would take a device or a pipe away, from everybody.
void check_is_no_other_kind(const std::filesystem::path& path) {
  std::error_code ignored;  // what is in the way shows when the file is opened
  const auto type = std::filesystem::status(path, ignored).type();
  using std::filesystem::file_type;
  if (type != file_type::regular && type != file_type::not_found && type != file_type::none) {
    throw Error("cannot write '{}': it is there, and not a regular file", path.string());
  }
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

/// Whether the old file, if there is one, has the new name.
bool set_aside(const std::filesystem::path& path, const std::filesystem::path& previous) {
  return previous.empty() || ::rename(path.c_str(), previous.c_str()) == 0 || errno == ENOENT;
}

bool flush_folder(const std::filesystem::path& folder) {
  const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems know no flush of a folder (EINVAL): there the rename is all that can be had.
  return descriptor.valid() && (::fsync(descriptor.get()) == 0 || errno == EINVAL);
}

}  // namespace

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                           const std::filesystem::path& previous) {
  check_is_no_other_kind(path);
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  // The process id keeps two writers apart; O_TRUNC takes over what a killed one may have left.
  const std::filesystem::path temporary =
      folder / fmt::format(".{}.{}{}", path.filename().string(), ::getpid(), kTemporary);
  const FileDescriptor file(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.valid()) fail(path, errno);
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0 || !set_aside(path, previous) ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(path, error);
  }
  if (!flush_folder(folder)) fail(path, errno);
}

void remove_temporary_files(const std::filesystem::path& folder) {
  std::error_code ignored;  // what stays is in nobody's way
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(kTemporary)) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace mnist
