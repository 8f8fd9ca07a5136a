#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/gzip.hpp"

using namespace mnist;
using namespace std::string_literals;

namespace {

// gzip.compress(b"hello hello hello", mtime=0) and gzip.compress(b" world", mtime=0) of Python.
const std::string kHellos =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\x40\x90\x00\x80\x88\xf9"
    "\xe5\x11\x00\x00\x00"s;
const std::string kWorld =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x53\x28\xcf\x2f\xca\x49\x01\x00\xcb\x42\x3b\x4a\x06"
    "\x00\x00\x00"s;

std::string refusal_of_gzip(const std::string& packed, std::uint64_t most = 100) {
  return error_of([&] { gunzip(packed, most); });
}

}  // namespace

TEST_CASE("what Python's gzip packed is unpacked, one member or several", "[gzip]") {
  CHECK(gunzip(kHellos, 17) == "hello hello hello");
  CHECK(gunzip(kHellos + kWorld, 100) == "hello hello hello world");
  CHECK(gunzip(kHellos + std::string(9, '\0'), 100) == "hello hello hello");
}

TEST_CASE("the beginning is unpacked alone, whatever follows", "[gzip]") {
  CHECK(gunzip_beginning(kHellos, 5) == "hello");
  CHECK(gunzip_beginning(kHellos + kWorld, 20) == "hello hello hello wo");
  CHECK(gunzip_beginning(kHellos, 100) == "hello hello hello");
  CHECK(gunzip_beginning(kHellos + "more", 5) == "hello");
}

TEST_CASE("gzip data that is cut off, damaged or followed by something else is refused", "[gzip]") {
  for (std::size_t size = 0; size < kHellos.size(); ++size) {
    CAPTURE(size);
    CHECK(contains(refusal_of_gzip(kHellos.substr(0, size)), "cut off"));
  }
  std::string flipped = kHellos;
  flipped[22] ^= 1;  // of the checksum
  CHECK(contains(refusal_of_gzip(flipped), "damaged: incorrect data check"));
  CHECK(contains(refusal_of_gzip("no gzip data at all"), "damaged: incorrect header check"));
  CHECK(contains(refusal_of_gzip(kHellos + "more"), "something else follows"));
}

TEST_CASE("what unpacks to more than is wanted is refused", "[gzip]") {
  CHECK(contains(refusal_of_gzip(kHellos, 16), "more than 16 bytes"));
  CHECK(contains(refusal_of_gzip(kHellos + kWorld, 22), "more than 22 bytes"));
}
