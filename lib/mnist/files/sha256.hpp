#pragma once

#include <span>
#include <string>

namespace mnist {

/// The SHA-256 (FIPS 180-4) of `bytes`, as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const char> bytes);

}  // namespace mnist
