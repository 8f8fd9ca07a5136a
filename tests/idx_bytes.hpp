#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// The bytes of IDX files (mnist/data/idx.hpp), valid, with contents that tell images apart.

inline std::string big_endian(std::uint32_t word) {
  return {static_cast<char>(word >> 24), static_cast<char>(word >> 16),
          static_cast<char>(word >> 8), static_cast<char>(word)};
}

/// Pixels 0, 1, 2, … modulo 256 through all of the images.
inline std::string image_file(std::uint32_t count, std::uint32_t side = 28) {
  std::string bytes = big_endian(0x803) + big_endian(count) + big_endian(side) + big_endian(side);
  for (std::size_t i = 0; i < std::size_t{count} * side * side; ++i) {
    bytes += static_cast<char>(i % 256);
  }
  return bytes;
}

/// Labels from `first` on, `classes` of them in turn.
inline std::string label_file(std::uint32_t count, std::uint32_t classes = 10,
                              std::uint32_t first = 0) {
  std::string bytes = big_endian(0x801) + big_endian(count);
  for (std::uint32_t i = 0; i < count; ++i) bytes += static_cast<char>(first + i % classes);
  return bytes;
}
