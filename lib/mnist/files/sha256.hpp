#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace mnist {

/// The SHA-256 (FIPS 180-4) of `bytes`, as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const char> bytes);

/// That of the parts, one behind the other.
std::string sha256_of_parts(std::initializer_list<std::string_view> parts);

}  // namespace mnist
