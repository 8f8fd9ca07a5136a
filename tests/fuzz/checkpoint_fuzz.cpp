// What stands behind a checkpoint's digest is a safetensors file. Whatever it holds, reading it
// gives tensors of the promised size that lie within it, and a state, which written and read again
// are the same, or an Error. Without the right digest nothing else is ever looked at, so each input
// gets one here.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "mnist/checkpoint/checkpoint_format.hpp"
#include "mnist/error.hpp"
#include "mnist/files/sha256.hpp"

namespace {

/// Whether a tensor has as many bytes as its shape and type take.
bool is_filled(const mnist::RawTensor& tensor) {
  static const std::map<std::string, std::size_t> kSizes = {
      {"F64", 8},  {"I64", 8}, {"F32", 4}, {"I32", 4}, {"F16", 2},
      {"BF16", 2}, {"I16", 2}, {"I8", 1},  {"U8", 1},  {"BOOL", 1}};
  std::size_t bytes = kSizes.at(tensor.dtype);
  for (const std::int64_t size : tensor.shape) bytes *= static_cast<std::size_t>(size);
  return tensor.bytes.size() == bytes;
}

bool within(std::string_view part, std::string_view whole) {
  const std::less_equal<> no_later;
  return part.empty() || (no_later(whole.data(), part.data()) &&
                          no_later(part.data() + part.size(), whole.data() + whole.size()));
}

bool same(const std::map<std::string, mnist::RawTensor>& a,
          const std::map<std::string, mnist::RawTensor>& b) {
  return std::ranges::equal(a, b, [](const auto& one, const auto& other) {
    return one.first == other.first && one.second.dtype == other.second.dtype &&
           one.second.shape == other.second.shape && one.second.bytes == other.second.bytes;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string payload(reinterpret_cast<const char*>(data), size);
  const std::string bytes = "mnist checkpoint 1\n" + mnist::sha256(payload) + "\n" + payload;
  mnist::CheckpointFile file;
  try {
    file = mnist::parse_checkpoint_file(bytes);
  } catch (const mnist::Error&) {
    return 0;
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!is_filled(tensor) || !within(tensor.bytes, bytes)) std::abort();
  }
  const std::string written = to_bytes(file);
  const mnist::CheckpointFile again = mnist::parse_checkpoint_file(written);
  // Numbers that are not finite are written as null: the text is what has to be the same.
  if (!same(file.tensors, again.tensors) || to_bytes(again) != written) std::abort();
  return 0;
}
