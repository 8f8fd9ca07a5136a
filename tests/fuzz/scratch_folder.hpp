#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// A folder of this process, in memory where there is such a place.
struct ScratchFolder {
  ScratchFolder() {
    std::string name =
        std::filesystem::exists("/dev/shm") ? "/dev/shm/fuzz.XXXXXX" : "/tmp/fuzz.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { std::filesystem::remove_all(path); }

  std::filesystem::path path;
};
