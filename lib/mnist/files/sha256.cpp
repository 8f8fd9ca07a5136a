#include "mnist/files/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "mnist/error.hpp"

namespace mnist {

std::string sha256(std::span<const char> bytes) {
  return sha256_of_parts({{bytes.data(), bytes.size()}});
}

std::string sha256_of_parts(std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  std::array<unsigned char, 32> digest{};
  unsigned int length = 0;
  bool done = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  if (!done || EVP_DigestFinal_ex(context.get(), digest.data(), &length) != 1 ||
      length != digest.size()) {
    throw Error("OpenSSL could not compute a SHA-256");
  }
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace mnist
