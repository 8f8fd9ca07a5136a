#pragma once

#include <cstdint>
#include <string_view>

namespace mnist {

/// The CRC-32C of `bytes` (Castagnoli's polynomial; RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace mnist
