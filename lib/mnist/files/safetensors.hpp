#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// A tensor as a safetensors file holds it.
struct RawTensor {
  std::string dtype;                ///< "F32", "BF16", "I64", "BOOL", …
  std::vector<std::int64_t> shape;  ///< no size is negative
  std::string_view bytes;           ///< row-major, little-endian; not owned
};

struct Safetensors {
  std::map<std::string, RawTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// The bytes of a file in the safetensors format: the header's length (64 bits, little-endian), the
/// header as JSON, then the tensors' bytes. https://github.com/huggingface/safetensors
std::string to_bytes(const Safetensors& file);

/// Reads such a file; the tensors are views of `bytes`. Throws `Error` where anything in it is not
/// as the format wants it: every size is checked against what is there before it is used.
Safetensors parse_safetensors(std::string_view bytes);

}  // namespace mnist
