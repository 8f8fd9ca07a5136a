#pragma once

#include <string>
#include <string_view>

namespace mnist {

/// `bytes` as base64 (RFC 4648, section 4), padded, on one line. Throws `Error` where they are more
/// than an int counts.
std::string to_base64(std::string_view bytes);

}  // namespace mnist
