// Whatever an .npz file holds, reading it ends with arrays of as many bytes as their shapes say, or
// with an Error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/files/npz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& [name, array] : mnist::parse_npz(bytes, {.array_bytes = 1 << 20})) {
      auto elements = static_cast<std::size_t>(array.descr.at(2) - '0');
      for (const std::int64_t count : array.shape) elements *= static_cast<std::size_t>(count);
      if (array.bytes.size() != elements) std::abort();
    }
  } catch (const mnist::Error&) {
  }
  return 0;
}
