// A file of weights comes from anywhere. Whatever a state_dict or a safetensors file holds, reading
// it gives tensors with as many bytes as their shapes take, or an Error. Zip archives have
// checksums that no fuzzer finds: an input that is no archive is read as the pickle alone, too.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/files/pickle.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/state_dict.hpp"

namespace {

std::size_t width(std::string_view dtype) {
  if (dtype == "F64" || dtype == "I64") return 8;
  if (dtype == "F32" || dtype == "I32") return 4;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16") return 2;
  return 1;
}

void check_pickle(std::string_view bytes) {
  const mnist::Pickle pickle = mnist::parse_pickle(bytes);
  for (const mnist::PickleValue& value : pickle) {
    for (const std::size_t item : value.items) {
      if (item >= pickle.size()) std::abort();
    }
  }
}

void check_state_dict(std::string_view bytes) {
  for (const mnist::NamedArray& array : mnist::parse_state_dict(bytes)) {
    std::size_t size = width(array.dtype);
    for (const std::int64_t factor : array.shape) size *= static_cast<std::size_t>(factor);
    if (array.bytes.size() != size) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    if (bytes.starts_with(mnist::kZipMagic)) {
      check_state_dict(bytes);
    } else {
      check_pickle(bytes);
    }
  } catch (const mnist::Error&) {
    return 0;
  }
  return 0;
}
