#include <string>
#include <vector>

#include "catch.hpp"
#include "decoding.hpp"
#include "errors.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

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

TEST_CASE("a GIF's first picture is read as its screen shows it", "[image]") {
  CHECK(decode(RawGif{}.bytes()).pixels == Samples{0, 255, 76, 10});
  const RawGif small{.width = 3, .left = 1, .frame_width = 1, .pixels = {0, 3}};
  // Left of it and right of it is nothing, and what is dark stands out from white.
  CHECK(decode(small.bytes()).pixels == Samples{255, 0, 255, 255, 10, 255});
  const RawGif large{.width = 1, .height = 1};
  CHECK(decode(large.bytes()).pixels == Samples{0, 255, 76, 10});
  const RawGif holes{.transparent = 1, .pixels = {0, 1, 3, 1}};
  CHECK(decode(holes.bytes()).pixels == Samples{0, 255, 10, 255});
  const RawGif interlaced{.width = 1,
                          .height = 9,
                          .frame_width = 1,
                          .frame_height = 9,
                          .interlaced = true,
                          .pixels = {0, 1, 2, 3, 0, 1, 2, 3, 0}};
  // Rows 0 and 8, then 4, then 2 and 6, then the odd ones.
  CHECK(decode(interlaced.bytes()).pixels == Samples{0, 255, 10, 76, 76, 10, 0, 0, 255});
}

TEST_CASE("GIF pictures that are not as they must be are refused", "[image]") {
  CHECK(contains(decoding_error(RawGif{.colours = ""}.bytes()), "expected a table of colours"));
  RawGif two_colours;
  std::string bytes = two_colours.bytes();
  CHECK(decode(bytes + "anything").pixels.size() == 4);
  bytes.erase(19, 6), bytes[10] = '\x80';
  CHECK(contains(decoding_error(bytes), "expected one of 2 colours, found number 2"));
  CHECK(contains(decoding_error("GIF89a\1\0\1\0\0\0\0;"s), "expected a picture, found none"));
  const RawGif huge{.width = 20000, .height = 20000};
  CHECK(contains(decoding_error(huge.bytes()), "at most 100000000 pixels, found 20000x20000"));
}

}  // namespace
}  // namespace mnist
