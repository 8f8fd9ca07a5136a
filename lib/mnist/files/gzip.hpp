#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Files of gzip (RFC 1952), of one or several members. What these throw is the cause without the
// file's name.
namespace mnist {

inline constexpr std::string_view kGzipMagic = "\x1f\x8b";

/// The first `count` bytes of what is packed, or all of it where that is less. Throws `Error` where
/// the data is damaged or cut off before.
std::string gunzip_beginning(std::string_view packed, std::size_t count);

/// All that is packed; memory grows with what comes out, not with what a header promises. Throws
/// `Error` where that is more than `most` bytes, or the data is damaged, cut off, or followed by
/// anything but zeros.
std::string gunzip(std::string_view packed, std::uint64_t most);

}  // namespace mnist
