#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "errors.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {

using Samples = std::vector<std::uint8_t>;

inline GreyImage decode(const std::string& bytes) {
  return decode_image(std::as_bytes(std::span(bytes)), "picture");
}

inline std::string decoding_error(const std::string& bytes) {
  return error_of([&] { decode(bytes); });
}

inline std::string little_endian(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i, value >>= 8) bytes += static_cast<char>(value);
  return bytes;
}

}  // namespace mnist
