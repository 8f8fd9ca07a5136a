#include "folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "mnist/error.hpp"

namespace mnist {

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (descriptor_ < 0) {
    throw Error("cannot write in the output folder '{}': {}", folder.string(),
                std::generic_category().message(errno));
  }
  // Where the file system knows no locks (ENOLCK, EOPNOTSUPP) there is none to be had.
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    std::string owner;
    std::getline(std::ifstream(path), owner);
    throw Error("the output folder '{}' is in use by process {}: expected it to be free",
                folder.string(), owner);
  }
  const std::string owner = std::to_string(::getpid()) + '\n';
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::write(descriptor_, owner.data(), owner.size()) != static_cast<ssize_t>(owner.size())) {
    const int error = errno;
    ::close(descriptor_);
    throw Error("cannot write '{}': {}", path.string(), std::generic_category().message(error));
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace mnist
