// Whatever a data file holds, checking it ends with its digest or with an Error. The files are
// small: MNIST's own would take seconds each.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "mnist/error.hpp"
#include "mnist/idx.hpp"

namespace {

using mnist::IdxFile;

constexpr IdxFile kFiles[] = {
    {"fuzz", IdxFile::Kind::kImages, 1, ""},
    {"fuzz", IdxFile::Kind::kLabels, 5, ""},
    {"fuzz", IdxFile::Kind::kLabels, 0, ""},
};

/// A folder of this process, in memory where there is such a place.
std::filesystem::path make_folder() {
  std::string name =
      std::filesystem::exists("/dev/shm") ? "/dev/shm/idx_fuzz.XXXXXX" : "/tmp/idx_fuzz.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

struct Folder {
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path = make_folder();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  std::ofstream(folder.path / "fuzz", std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  for (const IdxFile& file : kFiles) {
    try {
      if (mnist::check_idx_file(folder.path, file).size() != 64) std::abort();
    } catch (const mnist::Error&) {
    }
  }
  return 0;
}
