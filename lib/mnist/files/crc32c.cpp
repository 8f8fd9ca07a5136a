#include "mnist/files/crc32c.hpp"

#include <array>

namespace mnist {
namespace {

constexpr std::uint32_t kCastagnoli = 0x82f63b78;  // bits reversed

/// What each value of a byte comes to.
constexpr std::array<std::uint32_t, 256> kRemainders = [] {
  std::array<std::uint32_t, 256> remainders{};
  for (std::uint32_t byte = 0; byte < remainders.size(); ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = remainder >> 1 ^ (remainder & 1 ? kCastagnoli : 0);
    }
    remainders[byte] = remainder;
  }
  return remainders;
}();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc = crc >> 8 ^ kRemainders[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return crc ^ 0xffffffff;
}

}  // namespace mnist
