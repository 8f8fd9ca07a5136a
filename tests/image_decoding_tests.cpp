#include <cstdio>
// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "catch.hpp"
#include "image_files.hpp"
#include "mnist/image/exif.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

using Samples = std::vector<std::uint8_t>;
using CmykImage = Image<std::array<std::uint8_t, 4>>;

Samples decoded(const Bytes& bytes) { return decode_image(bytes, "picture").pixels; }

/// How far the pixels are from one value, at most.
int distance(const GreyImage& image, int value) {
  int most = 0;
  for (const int pixel : image.pixels) most = std::max(most, std::abs(pixel - value));
  return most;
}

/// A picture in which each pixel differs from all the others.
GreyImage ramp(int width, int height) {
  GreyImage image(width, height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i * 255 / (image.pixels.size() - 1));
  }
  return image;
}

TEST_CASE("PNG greys of 1, 2, 4, 8 and 16 bits span from black to white", "[image]") {
  RawPng png{.width = 4, .height = 1};
  png.bit_depth = 1, png.samples = {0b0101'0000};
  CHECK(decoded(encode_png(png)) == Samples{0, 255, 0, 255});
  png.bit_depth = 2, png.samples = {0b00'01'10'11};
  CHECK(decoded(encode_png(png)) == Samples{0, 85, 170, 255});
  png.bit_depth = 4, png.samples = {0x01, 0x8f};
  CHECK(decoded(encode_png(png)) == Samples{0, 17, 136, 255});
  png.bit_depth = 8, png.samples = {0, 1, 128, 255};
  CHECK(decoded(encode_png(png)) == Samples{0, 1, 128, 255});
  png.bit_depth = 16, png.samples = {0, 0, 0, 200, 0x80, 0x80, 0xff, 0xff};
  CHECK(decoded(encode_png(png)) == Samples{0, 1, 128, 255});
}

TEST_CASE("PNG colours become their luma", "[image]") {
  RawPng png{.width = 4, .height = 1, .bit_depth = 8, .color_type = PNG_COLOR_TYPE_RGB};
  png.samples = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
  CHECK(decoded(encode_png(png)) == Samples{76, 150, 29, 255});
  png.width = 1, png.bit_depth = 16, png.samples = {0xff, 0xff, 0, 0, 0, 0};
  CHECK(decoded(encode_png(png)) == Samples{76});
}

TEST_CASE("what is transparent in a PNG shows white paper", "[image]") {
  RawPng png{.width = 3, .height = 1, .bit_depth = 8, .color_type = PNG_COLOR_TYPE_GRAY_ALPHA};
  png.samples = {30, 0, 30, 255, 0, 128};
  CHECK(decoded(encode_png(png)) == Samples{255, 30, 127});
  png.color_type = PNG_COLOR_TYPE_RGB_ALPHA;
  png.samples = {255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 51};
  CHECK(decoded(encode_png(png)) == Samples{255, 76, 204});
  png.color_type = PNG_COLOR_TYPE_GRAY, png.transparent = {7};
  png.samples = {6, 7, 8};
  CHECK(decoded(encode_png(png)) == Samples{6, 255, 8});
  png.color_type = PNG_COLOR_TYPE_RGB, png.transparent = {1, 2, 3};
  png.samples = {1, 2, 3, 1, 2, 4, 0, 0, 0};
  CHECK(decoded(encode_png(png)) == Samples{255, 2, 0});
}

TEST_CASE("PNG palettes of 1, 2, 4 and 8 bits, some colours transparent", "[image]") {
  RawPng png{.width = 4, .height = 1, .bit_depth = 2, .color_type = PNG_COLOR_TYPE_PALETTE};
  png.palette = {{0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {10, 10, 10}};
  png.samples = {0b00'01'10'11};
  CHECK(decoded(encode_png(png)) == Samples{0, 255, 76, 10});
  png.palette_alpha = {0, 255, 255};
  CHECK(decoded(encode_png(png)) == Samples{255, 255, 76, 10});
  png.bit_depth = 4, png.samples = {0x01, 0x23};
  CHECK(decoded(encode_png(png)) == Samples{255, 255, 76, 10});
  png.bit_depth = 8, png.samples = {3, 2, 1, 0};
  CHECK(decoded(encode_png(png)) == Samples{10, 76, 255, 255});
  png.palette.resize(2), png.palette_alpha.clear();
  png.bit_depth = 1, png.samples = {0b0110'0000};
  CHECK(decoded(encode_png(png)) == Samples{0, 255, 255, 0});
}

TEST_CASE("an interlaced PNG is the same picture", "[image]") {
  for (const int side : {1, 3, 8, 13}) {
    const GreyImage image = ramp(side, side + 1);
    RawPng png{.width = side, .height = side + 1, .interlaced = true};
    png.samples = image.pixels;
    CHECK(decode_image(encode_png(png), "picture") == image);
  }
}

TEST_CASE("JPEG pictures of every colour space become grey", "[image]") {
  const RgbImage red(16, 16, {255, 0, 0});
  CHECK(distance(decode_image(encode_jpeg(GreyImage(9, 5, 200)), "picture"), 200) <= 1);
  for (const bool progressive : {false, true}) {
    for (const int stored : {JCS_YCbCr, JCS_RGB, JCS_GRAYSCALE}) {
      const Bytes jpeg = encode_jpeg(red, {.progressive = progressive, .stored = stored});
      CHECK(distance(decode_image(jpeg, "picture"), 76) <= 2);
    }
  }
}

TEST_CASE("CMYK and YCCK JPEGs of Adobe's programs store how much light each ink lets through",
          "[image]") {
  const CmykImage light(16, 16, {255, 255, 255, 255});
  const CmykImage half_black(16, 16, {255, 255, 255, 128});
  const CmykImage red(16, 16, {255, 0, 0, 255});
  for (const int stored : {JCS_CMYK, JCS_YCCK}) {
    CHECK(distance(decode_image(encode_jpeg(light, {.stored = stored}), "picture"), 255) <= 1);
    CHECK(distance(decode_image(encode_jpeg(half_black, {.stored = stored}), "picture"), 128) <= 1);
    CHECK(distance(decode_image(encode_jpeg(red, {.stored = stored}), "picture"), 76) <= 2);
  }
}

TEST_CASE("a CMYK JPEG without Adobe's marker stores how much ink there is", "[image]") {
  Bytes jpeg = encode_jpeg(CmykImage(16, 16, {0, 0, 0, 55}), {.stored = JCS_CMYK});
  constexpr std::size_t kMarker = 2;  // after SOI: FF EE, the length, "Adobe"
  REQUIRE(jpeg[kMarker + 1] == std::byte{0xee});
  const auto length = std::to_integer<std::ptrdiff_t>(jpeg[kMarker + 3]);
  jpeg.erase(jpeg.begin() + kMarker, jpeg.begin() + kMarker + 2 + length);
  CHECK(distance(decode_image(jpeg, "picture"), 200) <= 1);
}

TEST_CASE("EXIF says how a picture is to be turned", "[image]") {
  GreyImage stored(3, 2);
  stored.pixels = {1, 2, 3, 4, 5, 6};
  const std::vector<Samples> seen{{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
                                  {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
                                  {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool big_endian : {false, true}) {
      RawPng png{.width = 3, .height = 2};
      png.samples = stored.pixels;
      png.exif = exif_with_orientation(orientation, big_endian);
      const GreyImage image = decode_image(encode_png(png), "picture");
      CHECK(image.pixels == seen[static_cast<std::size_t>(orientation) - 1]);
      CHECK(image.width == (orientation < 5 ? 3 : 2));
    }
  }
}

TEST_CASE("pictures of any size are turned", "[image]") {
  for (const auto& [width, height] : {std::pair(1, 1), {1, 200}, {130, 67}, {64, 128}}) {
    GreyImage stored(width, height);
    for (std::size_t i = 0; i < stored.pixels.size(); ++i) {
      stored.pixels[i] = static_cast<std::uint8_t>(i * i / 5 % 251);
    }
    for (const int orientation : {2, 3, 4, 5, 7}) {  // each undoes itself
      CHECK(upright(upright(stored, orientation), orientation) == stored);
    }
    const GreyImage clockwise = upright(stored, 6);
    CHECK(clockwise.width == height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (clockwise.at(height - 1 - y, x) != stored.at(x, y)) FAIL("at " << x << ", " << y);
      }
    }
    CHECK(upright(clockwise, 8) == stored);
    CHECK(upright(clockwise, 2) == upright(stored, 5));
    CHECK(upright(upright(stored, 3), 8) == clockwise);
    CHECK(upright(stored, 7) == upright(upright(stored, 3), 5));
  }
}

TEST_CASE("a JPEG is turned as its EXIF says", "[image]") {
  GreyImage stored(32, 16, 0);
  for (int y = 0; y < 16; ++y) stored.at(0, y) = 255;
  const GreyImage image =
      decode_image(encode_jpeg(stored, {.exif = exif_with_orientation(6, true)}), "picture");
  CHECK(image.width == 16);
  CHECK(image.height == 32);
  CHECK(image.at(8, 0) > 200);
  CHECK(image.at(8, 31) < 20);
}

TEST_CASE("EXIF that makes no sense turns nothing", "[image]") {
  for (const int orientation : {0, 9, 255}) {
    CHECK(exif_orientation(exif_with_orientation(orientation, false)) == 1);
  }
  const Bytes whole = exif_with_orientation(6, false);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const int orientation = exif_orientation(std::span(whole).first(size));
    CHECK((orientation == 1 || orientation == 6));
  }
  Bytes far = whole;
  far[4] = far[5] = far[6] = far[7] = std::byte{0xff};  // where the directory is
  CHECK(exif_orientation(far) == 1);
}

}  // namespace
}  // namespace mnist
