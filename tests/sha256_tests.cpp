#include <string>

#include "catch.hpp"
#include "mnist/files/sha256.hpp"

using mnist::sha256;

// The examples of FIPS 180-2, appendix B.
TEST_CASE("SHA-256 gives the digests of the standard's examples", "[sha256]") {
  CHECK(sha256(std::string("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(std::string("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
