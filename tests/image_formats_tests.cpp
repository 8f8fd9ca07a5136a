#include <map>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "image_files.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;
using Samples = std::vector<std::uint8_t>;

GreyImage decoded(const std::string& bytes) {
  return decode_image(std::as_bytes(std::span(bytes)), "picture");
}

std::string error_decoding(const std::string& bytes) {
  return error_of([&] { decoded(bytes); });
}

std::string little_endian(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i, value >>= 8) bytes += static_cast<char>(value);
  return bytes;
}

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

/// A GIF file of one picture of 2 bits a pixel, with LZW codes of three bits that build on nothing:
/// each pixel has a code 4 in front of it, which begins anew.
struct RawGif {
  int width = 2, height = 2;  ///< of the screen
  int left = 0, top = 0, frame_width = 2, frame_height = 2;
  bool interlaced = false;
  int transparent = -1;
  std::string colours = "\0\0\0\xff\xff\xff\xff\0\0\x0a\x0a\x0a"s;  ///< black, white, red, dark
  std::vector<int> pixels = {0, 1, 2, 3};

  std::string bytes() const {
    std::string file = "GIF89a" + size(width) + size(height) + (colours.empty() ? "\x01" : "\x81") +
                       "\0\0"s + colours;
    if (transparent >= 0) {
      file += "\x21\xf9\x04\x01\0\0"s + static_cast<char>(transparent) + "\0"s;
    }
    file += "," + size(left) + size(top) + size(frame_width) + size(frame_height) +
            (interlaced ? "\x40" : "\0"s) + "\x02";
    const std::string codes = packed_codes();
    return file + static_cast<char>(codes.size()) + codes + "\0;"s;
  }

 private:
  static std::string size(int value) { return little_endian(static_cast<std::uint32_t>(value), 2); }

  std::string packed_codes() const {
    std::vector<int> codes;
    for (const int pixel : pixels) codes.insert(codes.end(), {4, pixel});
    codes.push_back(5);  // the end
    std::string packed((codes.size() * 3 + 7) / 8, '\0');
    for (std::size_t bit = 0; bit < codes.size() * 3; ++bit) {
      if (codes[bit / 3] >> bit % 3 & 1) {
        packed[bit / 8] = static_cast<char>(packed[bit / 8] | 1 << bit % 8);
      }
    }
    return packed;
  }
};

/// A TIFF file of four greys side by side, but for the tags that are given.
std::string tiff_with(std::map<int, std::uint32_t> tags) {
  tags.insert({{256, 4}, {257, 1}, {258, 8}, {259, 1}, {262, 1}, {277, 1}, {278, 1}, {279, 4}});
  tags[273] = static_cast<std::uint32_t>(10 + 12 * (tags.size() + !tags.contains(273)) + 4);
  std::string file = "II*\0\x08\0\0\0"s + little_endian(static_cast<std::uint32_t>(tags.size()), 2);
  for (const auto& [tag, value] : tags) {
    file += little_endian(static_cast<std::uint32_t>(tag), 2) + "\4\0\1\0\0\0"s +
            little_endian(value, 4);
  }
  return file + "\0\0\0\0\x0a\x14\x1e\x28"s;
}

TEST_CASE("what is said of the formats follows from their table", "[image]") {
  CHECK(picture_format_names() == "PNG, JPEG, WebP, GIF, TIFF, BMP or PNM");
  CHECK(picture_format_names("and").ends_with("BMP and PNM"));
  for (const PictureFormat& format : picture_formats()) {
    for (const std::string_view ending : format.endings) {
      CHECK(has_pictures_name("folder/picture" + std::string(ending)));
    }
  }
  for (const char* name : {"a.JPG", "a.Jfif", "a.jpe", "a.TIF", "a.pnm", "a.WEBP", "a.b.gif"}) {
    CHECK(has_pictures_name(name));
  }
  for (const char* name : {"a", "png", ".png", "a.png.txt", "a.heic", "a.npz", "a.jpg~"}) {
    CHECK_FALSE(has_pictures_name(name));
  }
}

TEST_CASE("PNM pictures have bits, greys or colours, as text or not", "[image]") {
  CHECK(decoded("P1 3 1 0 1 0").pixels == Samples{255, 0, 255});
  CHECK(decoded("P1\n3 1\n010").pixels == Samples{255, 0, 255});
  CHECK(decoded("P2 # width\r3# and height\n1 # the largest\n4 0 # black\n2 4").pixels ==
        Samples{0, 128, 255});
  CHECK(decoded("P3 1 1 255 255 0 0\n").pixels == Samples{76});
  CHECK(decoded("P4 10 1\n\x40\x40"s).pixels ==
        Samples{255, 0, 255, 255, 255, 255, 255, 255, 255, 0});
  CHECK(decoded("P5\n2 2\n255\n\x01 \n\xff"s).pixels == Samples{1, 32, 10, 255});
  CHECK(decoded("P5 3 1 510 \0\0\0\xff\x01\xfe"s).pixels == Samples{0, 128, 255});
  CHECK(decoded("P6 2 1 255 \xff\0\0\xff\xff\xff"s).pixels == Samples{76, 255});
}

TEST_CASE("PNM pictures that are not as they must be are refused", "[image]") {
  const auto what = [](const std::string& bytes) {
    const std::string error = error_decoding(bytes),
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

TEST_CASE("BMP pictures of few bits have a table of colours", "[image]") {
  RawBmp bmp{.colours = 3};
  bmp.behind_header = "\0\0\0\0\xff\xff\xff\0\0\0\xff\0"s;  // blue comes first
  bmp.pixels = "\2\1\0\0"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{76, 255, 0});
  bmp.pixels = "\2\1\3\0"s;
  CHECK(error_decoding(bmp.bytes()) ==
        "cannot read 'picture' as a BMP image: expected one of 3 colours, found number 3");
  bmp.bits = 4, bmp.pixels = "\x21\0\0\0"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{76, 255, 0});
  bmp.bits = 1, bmp.pixels = "\x40\0\0\0"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{0, 255, 0});
  bmp.width = 1, bmp.height = 2, bmp.pixels = "\0\0\0\0\x80\0\0\0"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{255, 0});  // the last row comes first
  bmp.height = static_cast<std::uint32_t>(-2);
  CHECK(decoded(bmp.bytes()).pixels == Samples{0, 255});
}

TEST_CASE("OS/2's BMP pictures have shorter headers", "[image]") {
  const std::string bmp = "BM" + little_endian(0, 8) + little_endian(32, 4) + little_endian(12, 4) +
                          little_endian(2, 2) + little_endian(1, 2) + little_endian(1, 2) +
                          little_endian(1, 2) + "\0\0\xff\xff\xff\xff"s + "\x40\0\0\0"s;
  CHECK(decoded(bmp).pixels == Samples{76, 255});
}

TEST_CASE("BMP pictures of 16 and 32 bits say which of them are what", "[image]") {
  RawBmp bmp{.width = 2, .bits = 16};
  bmp.pixels = "\0\x7c\xff\x7f"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{76, 255});
  bmp.compression = 3;
  bmp.behind_header = little_endian(0xF800, 4) + little_endian(0x07E0, 4) + little_endian(31, 4);
  bmp.pixels = "\xe0\x07\xff\xff"s;
  CHECK(decoded(bmp.bytes()).pixels == Samples{150, 255});
  bmp.bits = 32;  // ten bits each
  bmp.behind_header =
      little_endian(0x3FF00000, 4) + little_endian(0xFFC00, 4) + little_endian(0x3FF, 4);
  bmp.pixels = little_endian(0x3FF, 4) + little_endian(0x20080200, 4);
  CHECK(decoded(bmp.bytes()).pixels == Samples{29, 128});
  bmp.behind_header = little_endian(0xFF, 4) + little_endian(0xFF, 4) + little_endian(0xFF, 4);
  CHECK(contains(error_decoding(bmp.bytes()), "expected masks of bits for red, green and blue"));
}

TEST_CASE("what a BMP picture may not be is called by its name", "[image]") {
  const auto what = [](const RawBmp& bmp) { return error_decoding(bmp.bytes()); };
  CHECK(contains(what({.compression = 1}), "without compression, found run-length encoding (RLE)"));
  CHECK(contains(what({.compression = 5}), "found a PNG image in it"));
  CHECK(contains(what({.bits = 2}), "expected 1, 4, 8, 16, 24 or 32 bits a pixel, found 2"));
  CHECK(contains(what({.bits = 24, .compression = 3}), "without compression"));
  CHECK(contains(what({.width = 0xFFFFFFFF}), "expected a width in pixels, found -1"));
  CHECK(contains(what({.height = 0x80000000}), "pixels, found 3x2147483648"));
  CHECK(contains(what({.width = 20000, .height = 20000}), "pixels, found 20000x20000"));
  CHECK(contains(what({.bits = 24, .pixels = "12345678901"}), "the file ends early"));
  std::string bytes = RawBmp{.bits = 24, .pixels = "123456789012"}.bytes();
  CHECK_NOTHROW(decoded(bytes));
  bytes[14] = 41;
  CHECK(contains(error_decoding(bytes), "expected a header of 12, 40, 52, 56, 64, 108 or 124"));
}

TEST_CASE("a GIF's first picture is read as its screen shows it", "[image]") {
  CHECK(decoded(RawGif{}.bytes()).pixels == Samples{0, 255, 76, 10});
  const RawGif small{.width = 3, .left = 1, .frame_width = 1, .pixels = {0, 3}};
  // Left of it and right of it is nothing, and what is dark stands out from white.
  CHECK(decoded(small.bytes()).pixels == Samples{255, 0, 255, 255, 10, 255});
  const RawGif large{.width = 1, .height = 1};
  CHECK(decoded(large.bytes()).pixels == Samples{0, 255, 76, 10});
  const RawGif holes{.transparent = 1, .pixels = {0, 1, 3, 1}};
  CHECK(decoded(holes.bytes()).pixels == Samples{0, 255, 10, 255});
  const RawGif interlaced{.width = 1,
                          .height = 9,
                          .frame_width = 1,
                          .frame_height = 9,
                          .interlaced = true,
                          .pixels = {0, 1, 2, 3, 0, 1, 2, 3, 0}};
  // Rows 0 and 8, then 4, then 2 and 6, then the odd ones.
  CHECK(decoded(interlaced.bytes()).pixels == Samples{0, 255, 10, 76, 76, 10, 0, 0, 255});
}

TEST_CASE("GIF pictures that are not as they must be are refused", "[image]") {
  CHECK(contains(error_decoding(RawGif{.colours = ""}.bytes()), "expected a table of colours"));
  RawGif two_colours;
  std::string bytes = two_colours.bytes();
  CHECK(decoded(bytes + "anything").pixels.size() == 4);
  bytes.erase(19, 6), bytes[10] = '\x80';
  CHECK(contains(error_decoding(bytes), "expected one of 2 colours, found number 2"));
  CHECK(contains(error_decoding("GIF89a\1\0\1\0\0\0\0;"s), "expected a picture, found none"));
  const RawGif huge{.width = 20000, .height = 20000};
  CHECK(contains(error_decoding(huge.bytes()), "at most 100000000 pixels, found 20000x20000"));
}

TEST_CASE("TIFF pictures are turned, and read from black or from white", "[image]") {
  CHECK(decoded(tiff_with({})).pixels == Samples{10, 20, 30, 40});
  CHECK(decoded(tiff_with({{262, 0}})).pixels == Samples{245, 235, 225, 215});
  CHECK(decoded(tiff_with({{274, 2}})).pixels == Samples{40, 30, 20, 10});
  CHECK(decoded(tiff_with({{274, 6}})).height == 4);
  CHECK(decoded(tiff_with({{274, 99}})).pixels == Samples{10, 20, 30, 40});
  // Two of grey and alpha, not opaque at all: nothing is seen.
  CHECK(decoded(tiff_with({{256, 2}, {277, 2}, {338, 2}})).pixels.size() == 2);
}

TEST_CASE("TIFF pictures that are not as they must be are refused", "[image]") {
  const auto what = [](const std::map<int, std::uint32_t>& tags) {
    return error_decoding(tiff_with(tags));
  };
  CHECK(contains(what({{256, 20000}, {257, 20000}}), "pixels, found 20000x20000"));
  CHECK(contains(what({{277, 60000}}), "expected at most 8 samples a pixel, found 60000"));
  CHECK(contains(what({{258, 32}}), "expected pixels of a usual kind, found: "));
  CHECK(contains(what({{259, 34925}}), "CCITT, Deflate, JPEG, LZW or PackBits, found "));
  CHECK(contains(what({{254, 1}}), "the preview of one, as in a camera's raw data"));
  CHECK(contains(what({{322, 1U << 20}, {323, 1U << 20}, {324, 0}, {325, 4}}),
                 "expected tiles that fit the picture, found 1048576x1048576 pixels each"));
  CHECK(contains(what({{256, 5}, {279, 5}}), "expected a whole picture, found: "));
}

TEST_CASE("a picture in a format that is not read is told how to become one", "[image]") {
  const auto told = [](const std::string& bytes, const char* name) {
    return error_of([&] { decode_image(std::as_bytes(std::span(bytes)), name); });
  };
  const std::string box = "\0\0\0\x18"s;
  CHECK(told(box + "ftypheic", "x.heic") ==
        "'x.heic' is an HEIC image: convert it to JPEG or PNG first, for instance with "
        "heif-convert x.heic x.jpg");
  CHECK(told(box + "ftypavif", "our pictures/it's.avif") ==
        "'our pictures/it's.avif' is an AVIF image: convert it to JPEG or PNG first, for instance "
        "with heif-convert 'our pictures/it'\\''s.avif' 'our pictures/it'\\''s.jpg'");
  CHECK(contains(told(box + "ftypmif1", "standard input"), "heif-convert IMAGE.heif IMAGE.jpg"));
  CHECK(contains(told("\0\0\0\x0cJXL \r\n\x87\n"s, "x.jxl"), "djxl x.jxl x.png"));
}

}  // namespace
}  // namespace mnist
