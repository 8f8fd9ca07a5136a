#include <string>

#include "catch.hpp"
#include "decoding.hpp"
#include "errors.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

/// A BMP file of three times one pixel with a header of 40 bytes.
struct RawBmp {
  std::uint32_t width = 3, height = 1, bits = 8, compression = 0, colours = 0;
  std::string behind_header = {};  ///< masks or colours
  std::string pixels = {};

  std::string bytes() const {
    const auto offset = static_cast<std::uint32_t>(54 + behind_header.size());
    return "BM" + little_endian(0, 8) + little_endian(offset, 4) + little_endian(40, 4) +
           little_endian(width, 4) + little_endian(height, 4) + little_endian(1, 2) +
           little_endian(bits, 2) + little_endian(compression, 4) + little_endian(0, 12) +
           little_endian(colours, 4) + little_endian(0, 4) + behind_header + pixels;
  }
};

TEST_CASE("BMP pictures of few bits have a table of colours", "[image]") {
  RawBmp bmp{.colours = 3};
  bmp.behind_header = "\0\0\0\0\xff\xff\xff\0\0\0\xff\0"s;  // blue comes first
  bmp.pixels = "\2\1\0\0"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{76, 255, 0});
  bmp.pixels = "\2\1\3\0"s;
  CHECK(decoding_error(bmp.bytes()) ==
        "cannot read 'picture' as a BMP image: expected one of 3 colours, found number 3");
  bmp.bits = 4, bmp.pixels = "\x21\0\0\0"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{76, 255, 0});
  bmp.bits = 1, bmp.pixels = "\x40\0\0\0"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{0, 255, 0});
  bmp.width = 1, bmp.height = 2, bmp.pixels = "\0\0\0\0\x80\0\0\0"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{255, 0});  // the last row comes first
  bmp.height = static_cast<std::uint32_t>(-2);
  CHECK(decode(bmp.bytes()).pixels == Samples{0, 255});
}

TEST_CASE("OS/2's BMP pictures have shorter headers", "[image]") {
  const std::string bmp = "BM" + little_endian(0, 8) + little_endian(32, 4) + little_endian(12, 4) +
                          little_endian(2, 2) + little_endian(1, 2) + little_endian(1, 2) +
                          little_endian(1, 2) + "\0\0\xff\xff\xff\xff"s + "\x40\0\0\0"s;
  CHECK(decode(bmp).pixels == Samples{76, 255});
}

TEST_CASE("BMP pictures of 16 and 32 bits say which of them are what", "[image]") {
  RawBmp bmp{.width = 2, .bits = 16};
  bmp.pixels = "\0\x7c\xff\x7f"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{76, 255});
  bmp.compression = 3;
  bmp.behind_header = little_endian(0xF800, 4) + little_endian(0x07E0, 4) + little_endian(31, 4);
  bmp.pixels = "\xe0\x07\xff\xff"s;
  CHECK(decode(bmp.bytes()).pixels == Samples{150, 255});
  bmp.bits = 32;  // ten bits each
  bmp.behind_header =
      little_endian(0x3FF00000, 4) + little_endian(0xFFC00, 4) + little_endian(0x3FF, 4);
  bmp.pixels = little_endian(0x3FF, 4) + little_endian(0x20080200, 4);
  CHECK(decode(bmp.bytes()).pixels == Samples{29, 128});
  bmp.behind_header = little_endian(0xFF, 4) + little_endian(0xFF, 4) + little_endian(0xFF, 4);
  CHECK(contains(decoding_error(bmp.bytes()), "expected masks of bits for red, green and blue"));
}

TEST_CASE("what a BMP picture may not be is called by its name", "[image]") {
  const auto what = [](const RawBmp& bmp) { return decoding_error(bmp.bytes()); };
  CHECK(contains(what({.compression = 1}), "without compression, found run-length encoding (RLE)"));
  CHECK(contains(what({.compression = 5}), "found a PNG image in it"));
  CHECK(contains(what({.bits = 2}), "expected 1, 4, 8, 16, 24 or 32 bits a pixel, found 2"));
  CHECK(contains(what({.bits = 24, .compression = 3}), "without compression"));
  CHECK(contains(what({.width = 0xFFFFFFFF}), "expected a width in pixels, found -1"));
  CHECK(contains(what({.height = 0x80000000}), "pixels, found 3x2147483648"));
  CHECK(contains(what({.width = 20000, .height = 20000}), "pixels, found 20000x20000"));
  CHECK(contains(what({.bits = 24, .pixels = "12345678901"}), "the file ends early"));
  std::string bytes = RawBmp{.bits = 24, .pixels = "123456789012"}.bytes();
  CHECK_NOTHROW(decode(bytes));
  bytes[14] = 41;
  CHECK(contains(decoding_error(bytes), "expected a header of 12, 40, 52, 56, 64, 108 or 124"));
}

}  // namespace
}  // namespace mnist
