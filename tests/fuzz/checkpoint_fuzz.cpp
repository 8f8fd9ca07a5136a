// What stands behind a checkpoint's digest is a safetensors file. Whatever it holds, reading it
// gives tensors of the promised size that lie within it, which written and read again are the same,
// or an Error.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/safetensors.hpp"

namespace {

/// Whether a tensor has as many bytes as its shape and type take.
bool is_filled(const mnist::RawTensor& tensor) {
  std::size_t bytes = tensor.dtype == "U8" ? 1 : tensor.dtype == "F32" ? 4 : 8;
  for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::size_t>(size);
  return tensor.bytes.size() == bytes;
}

bool within(std::string_view part, std::string_view whole) {
  const std::less_equal<> no_later;
  return part.empty() || (no_later(whole.data(), part.data()) &&
                          no_later(part.data() + part.size(), whole.data() + whole.size()));
}

bool same(const mnist::Safetensors& a, const mnist::Safetensors& b) {
  if (a.metadata != b.metadata || a.tensors.size() != b.tensors.size()) return false;
  for (const auto& [name, tensor] : a.tensors) {
    const auto other = b.tensors.find(name);
    if (other == b.tensors.end() || other->second.dtype != tensor.dtype ||
        other->second.shape != tensor.shape || other->second.bytes != tensor.bytes) {
      return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  mnist::Safetensors file;
  try {
    file = mnist::parse_safetensors(bytes);
  } catch (const mnist::Error&) {
    return 0;
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!is_filled(tensor) || !within(tensor.bytes, bytes)) std::abort();
  }
  const std::string written = to_bytes(file);
  if (!same(file, mnist::parse_safetensors(written))) std::abort();
  return 0;
}
