#include "mnist/files/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "mnist/error.hpp"

namespace mnist {

FolderLock::FolderLock(const std::filesystem::path& folder)
    : file_(::open((folder / ".lock").c_str(),
                   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666)) {
  const std::filesystem::path path = folder / ".lock";
  if (!file_.valid()) {
    throw Error("cannot write in the output folder '{}': {}", folder.string(),
                std::generic_category().message(errno));
  }
  // Where the file system knows no locks (ENOLCK, EOPNOTSUPP) there is none to be had.
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    std::string owner;
    std::getline(std::ifstream(path), owner);
    throw Error("the output folder '{}' is in use by process {}: expected it to be free",
                folder.string(), owner);
  }
  const std::string owner = std::to_string(::getpid()) + '\n';
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::write(file_.get(), owner.data(), owner.size()) != static_cast<ssize_t>(owner.size())) {
    throw Error("cannot write '{}': {}", path.string(), std::generic_category().message(errno));
  }
}

}  // namespace mnist
