// Whatever a data file holds, gzipped or not, reading it ends with as many bytes as its sizes say,
// or with an Error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "mnist/data/idx.hpp"
#include "mnist/error.hpp"
#include "scratch_folder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder folder;
  const std::filesystem::path path = folder.path / "fuzz";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  for (const mnist::IdxKind kind : {mnist::IdxKind::kImages, mnist::IdxKind::kLabels}) {
    try {
      const mnist::IdxFile file = mnist::read_idx(path, kind);
      std::size_t elements = 1;
      for (const std::uint32_t count : file.sizes) elements *= count;
      if (file.elements.size() != elements) std::abort();
    } catch (const mnist::Error&) {
    }
  }
  return 0;
}
