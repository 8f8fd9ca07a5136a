#include <string>

#include "catch.hpp"
#include "decoding.hpp"
#include "errors.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

TEST_CASE("PNM pictures have bits, greys or colours, as text or not", "[image]") {
  CHECK(decode("P1 3 1 0 1 0").pixels == Samples{255, 0, 255});
  CHECK(decode("P1\n3 1\n010").pixels == Samples{255, 0, 255});
  CHECK(decode("P2 # width\r3# and height\n1 # the largest\n4 0 # black\n2 4").pixels ==
        Samples{0, 128, 255});
  CHECK(decode("P3 1 1 255 255 0 0\n").pixels == Samples{76});
  CHECK(decode("P4 10 1\n\x40\x40"s).pixels ==
        Samples{255, 0, 255, 255, 255, 255, 255, 255, 255, 0});
  CHECK(decode("P5\n2 2\n255\n\x01 \n\xff"s).pixels == Samples{1, 32, 10, 255});
  CHECK(decode("P5 3 1 510 \0\0\0\xff\x01\xfe"s).pixels == Samples{0, 128, 255});
  CHECK(decode("P6 2 1 255 \xff\0\0\xff\xff\xff"s).pixels == Samples{76, 255});
}

TEST_CASE("PNM pictures that are not as they must be are refused", "[image]") {
  const auto what = [](const std::string& bytes) {
    const std::string error = decoding_error(bytes),
                      start = "cannot read 'picture' as a PNM image: ";
    CHECK(error.starts_with(start));
    return error.substr(std::min(error.size(), start.size()));
  };
  CHECK(what("P2 x") == "expected a width, found the byte 0x78");
  CHECK(what("P2 1 -1") == "expected a height, found the byte 0x2d");
  CHECK(what("P2 1 1 0 0") == "expected a largest value from 1 to 65535, found 0");
  CHECK(what("P5 1 1 65536 \0\0"s) == "expected a largest value from 1 to 65535, found 65536");
  CHECK(what("P2 1 1 9 10") == "expected samples up to 9, found 10");
  CHECK(what("P5 1 1 9 \x0a") == "expected samples up to 9, found 10");
  CHECK(what("P1 1 1 2") == "expected 0 or 1, found the byte 0x32");
  CHECK(what("P5 0 1 255 ") == "expected at most 100000000 pixels, found 0x1");
  CHECK(what("P5 99999999999 2 255 ") == "expected at most 100000000 pixels, found 100000000x2");
  for (const char* cut : {"P5 2 2 255 abc", "P4 9 2 abc", "P6 1 1 255 ab", "P2 2 1 255 1", "P5 1 ",
                          "P2 1 1 # no end"}) {
    CHECK(what(cut) == "expected a whole picture, found: the file ends early");
  }
}

}  // namespace
}  // namespace mnist
