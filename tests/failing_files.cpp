// Loaded with LD_PRELOAD, this makes one call on a folder's files fail, or kills the program there.
//
//   FAIL_FOLDER  the folder, as an absolute path; calls on other files pass and are not counted
//   FAIL_CALL    open, read, write, fsync or rename; without it, each of them counts
//   FAIL_AT      which of these calls, from 1; 0 none
//   FAIL_ERRNO   the error it fails with; 0 kills the program just before the call
//   FAIL_LOG     a file that gets a line "CALL PATH" for each call

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

long number(const char* name) { return std::strtol(variable(name).c_str(), nullptr, 10); }

std::string path_of(int descriptor) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
  return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
}

void log(const std::string& line) {
  static auto* const open = next<int(const char*, int, ...)>("open");
  static auto* const write = next<ssize_t(int, const void*, std::size_t)>("write");
  static const std::string path = variable("FAIL_LOG");
  if (path.empty()) return;
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (write(descriptor, line.data(), line.size()) < 0) std::abort();
  ::close(descriptor);
}

/// Whether this call is the one that fails; errno is then set.
bool fails(const std::string& call, const std::string& path) {
  static const std::string folder = variable("FAIL_FOLDER"), chosen = variable("FAIL_CALL");
  static const long at = number("FAIL_AT"), error = number("FAIL_ERRNO");
  static std::atomic<long> calls = 0;
  if (folder.empty() || (path != folder && path.rfind(folder + "/", 0) != 0)) return false;
  if (!chosen.empty() && call != chosen) return false;
  log(call + " " + path + "\n");
  if (++calls != at) return false;
  if (error == 0) ::raise(SIGKILL);
  errno = static_cast<int>(error);
  return true;
}

int open_or_fail(const char* name, const char* path, int flags, va_list arguments) {
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  return fails("open", path) ? -1 : next<int(const char*, int, ...)>(name)(path, flags, mode);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int descriptor = open_or_fail("open", path, flags, arguments);
  va_end(arguments);
  return descriptor;
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int descriptor = open_or_fail("open64", path, flags, arguments);
  va_end(arguments);
  return descriptor;
}

ssize_t read(int descriptor, void* bytes, std::size_t size) {
  static auto* const real = next<ssize_t(int, void*, std::size_t)>("read");
  return fails("read", path_of(descriptor)) ? -1 : real(descriptor, bytes, size);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  static auto* const real = next<ssize_t(int, const void*, std::size_t)>("write");
  return fails("write", path_of(descriptor)) ? -1 : real(descriptor, bytes, size);
}

int fsync(int descriptor) {
  static auto* const real = next<int(int)>("fsync");
  return fails("fsync", path_of(descriptor)) ? -1 : real(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return fails("rename", to) ? -1 : real(from, to);
}
}
