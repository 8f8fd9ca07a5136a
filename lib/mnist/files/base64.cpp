#include "mnist/files/base64.hpp"

#include <openssl/evp.h>

#include <limits>

#include "mnist/error.hpp"

namespace mnist {

std::string to_base64(std::string_view bytes) {
  constexpr std::size_t kMost = std::numeric_limits<int>::max() / 2;
  if (bytes.size() > kMost) {
    throw Error("{} bytes are too many for base64: expected at most {}", bytes.size(), kMost);
  }
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace mnist
