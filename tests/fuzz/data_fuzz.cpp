// Whatever the names of the files in a data folder are, and whatever these hold, reading it ends
// with data that is as it must be, or with an Error. The input is a list of files: a name that ends
// with a line break, two bytes for the size of the content, the content.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "mnist/data/read_data.hpp"
#include "mnist/error.hpp"
#include "scratch_folder.hpp"

namespace {

namespace fs = std::filesystem;

void write_files(const fs::path& folder, std::string_view input) {
  while (!input.empty()) {
    const std::string name(input.substr(0, input.find('\n')));
    input.remove_prefix(std::min(name.size() + 1, input.size()));
    if (name.empty() || name.size() > 100 ||
        name.find_first_of(std::string_view("/\0", 2)) != name.npos || name == "." ||
        name == ".." || input.size() < 2) {
      return;
    }
    const std::size_t size = std::min<std::size_t>(
        static_cast<unsigned char>(input[0]) + 256U * static_cast<unsigned char>(input[1]),
        input.size() - 2);
    std::ofstream(folder / name, std::ios::binary) << input.substr(2, size);
    input.remove_prefix(2 + size);
  }
}

void check(const mnist::ImageBytes& set, const mnist::DataFacts& facts) {
  const auto side = static_cast<std::size_t>(facts.side);
  if (set.pixels.size() != set.size() * side * side) std::abort();
  for (const char label : set.labels) {
    if (static_cast<unsigned char>(label) >= facts.classes.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ScratchFolder scratch;
  const fs::path folder = scratch.path / "data";
  fs::remove_all(folder);
  fs::create_directory(folder);
  write_files(folder, {reinterpret_cast<const char*>(data), size});
  for (const bool with_training : {true, false}) {
    try {
      const mnist::CheckedData read = mnist::read_data(folder, {.with_training = with_training});
      check(read.train, read.facts);
      check(read.test, read.facts);
    } catch (const mnist::Error&) {
    }
  }
  return 0;
}
