#include "mnist/files/read_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace mnist {
namespace {

std::string_view name_of_type(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

void check_is_regular(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) throw NoRegularFile(name_of_type(status.st_mode));
}

[[noreturn]] void fail_to_open() {
  throw Error("it cannot be opened: {}", std::generic_category().message(errno));
}

int open_regular(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) throw NoRegularFile("not there");
    fail_to_open();
  }
  // Opening a device may already do something, and opening a pipe waits for its writer.
  check_is_regular(status);
  return ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

RegularFile::RegularFile(const std::filesystem::path& path) : descriptor_(open_regular(path)) {
  struct stat status{};
  if (!descriptor_.valid() || ::fstat(descriptor_.get(), &status) != 0) fail_to_open();
  check_is_regular(status);  // it may have become something else in between
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void RegularFile::read(std::span<char> bytes) {
  const std::size_t wanted = bytes.size();
  while (!bytes.empty()) {
    const ssize_t count = ::read(descriptor_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("it cannot be read: {}", std::generic_category().message(errno));
    if (count == 0) throw Error("it ends after {} of {} bytes", wanted - bytes.size(), wanted);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::string read_beginning(const std::filesystem::path& path, std::size_t most) {
  RegularFile file(path);
  std::string bytes(std::min<std::uint64_t>(most, file.size()), '\0');
  file.read(bytes);
  return bytes;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t most) {
  RegularFile file(path);
  if (file.size() > most) {
    throw Error("it has {} bytes, more than the {} it may have", file.size(), most);
  }
  std::string bytes(file.size(), '\0');
  file.read(bytes);
  return bytes;
}

}  // namespace mnist
