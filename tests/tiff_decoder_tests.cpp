#include <map>
#include <string>

#include "catch.hpp"
#include "decoding.hpp"
#include "errors.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

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

TEST_CASE("TIFF pictures are turned, and read from black or from white", "[image]") {
  CHECK(decode(tiff_with({})).pixels == Samples{10, 20, 30, 40});
  CHECK(decode(tiff_with({{262, 0}})).pixels == Samples{245, 235, 225, 215});
  CHECK(decode(tiff_with({{274, 2}})).pixels == Samples{40, 30, 20, 10});
  CHECK(decode(tiff_with({{274, 6}})).height == 4);
  CHECK(decode(tiff_with({{274, 99}})).pixels == Samples{10, 20, 30, 40});
  // Two of grey and alpha, not opaque at all: nothing is seen.
  CHECK(decode(tiff_with({{256, 2}, {277, 2}, {338, 2}})).pixels.size() == 2);
}

TEST_CASE("TIFF pictures that are not as they must be are refused", "[image]") {
  const auto what = [](const std::map<int, std::uint32_t>& tags) {
    return decoding_error(tiff_with(tags));
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

}  // namespace
}  // namespace mnist
