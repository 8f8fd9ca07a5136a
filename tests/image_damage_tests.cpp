#include "catch.hpp"
#include "errors.hpp"
#include "image_files.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

std::string error_decoding(const Bytes& bytes) {
  return error_of([&] { decode_image(bytes, "picture"); });
}

/// Small, but with details that take some bytes.
RgbImage colourful(int side) {
  RgbImage image(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      image.at(x, y) = {static_cast<std::uint8_t>(x * 37 % 256),
                        static_cast<std::uint8_t>(y * 91 % 256),
                        static_cast<std::uint8_t>(x * y * 13 % 256)};
    }
  }
  return image;
}

TEST_CASE("a picture that is cut off anywhere is an error", "[image]") {
  const RgbImage image = colourful(12);
  RawPng interlaced{.width = 9, .height = 9, .interlaced = true};
  interlaced.samples = std::vector<std::uint8_t>(81, 7);
  for (const Bytes& whole : {encode_png(image), encode_png(interlaced), encode_jpeg(image),
                             encode_jpeg(image, {.progressive = true})}) {
    CHECK_NOTHROW(decode_image(whole, "picture"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size << " of " << whole.size() << " bytes");
      CHECK_THROWS_AS(decode_image(std::span(whole).first(size), "picture"), Error);
    }
  }
}

TEST_CASE("no flipped bit of a PNG goes unnoticed", "[image]") {
  const Bytes whole = encode_png(colourful(12));
  for (std::size_t i = 0; i < 8 * whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i / 8] ^= std::byte{1} << (i % 8);
    INFO("bit " << i);
    CHECK_THROWS_AS(decode_image(damaged, "picture"), Error);
  }
}

TEST_CASE("a flipped bit of a JPEG is noticed or changes pixels, no more", "[image]") {
  for (const bool progressive : {false, true}) {
    const Bytes whole = encode_jpeg(colourful(12), {.progressive = progressive});
    int noticed = 0;
    for (std::size_t i = 0; i < 8 * whole.size(); ++i) {
      Bytes damaged = whole;
      damaged[i / 8] ^= std::byte{1} << (i % 8);
      try {
        decode_image(damaged, "picture", {.pixels = 1'000'000});
      } catch (const Error&) {
        ++noticed;
      }
    }
    CHECK(noticed > 0);
  }
}

TEST_CASE("what follows a picture in its file does not matter", "[image]") {
  for (Bytes bytes : {encode_png(colourful(12)), encode_jpeg(colourful(12))}) {
    const GreyImage image = decode_image(bytes, "picture");
    bytes.insert(bytes.end(), 1000, std::byte{0x55});
    CHECK(decode_image(bytes, "picture") == image);
  }
}

TEST_CASE("a picture over the limits is refused by its header", "[image]") {
  RawPng png{.width = 100, .height = 2, .samples = std::vector<std::uint8_t>(200)};
  Bytes bytes = encode_png(png);
  CHECK(error_of([&] { decode_image(bytes, "a.png", {.pixels = 199}); }) ==
        "cannot read 'a.png' as a PNG image: expected at most 199 pixels, found 100x2");
  CHECK_NOTHROW(decode_image(bytes, "a.png", {.pixels = 200}));
  CHECK(contains(error_of([&] { decode_image(bytes, "a.png", {.bytes = 10}); }), "of at most 10"));

  const Bytes jpeg = encode_jpeg(GreyImage(100, 2));
  CHECK(error_of([&] { decode_image(jpeg, "a.jpg", {.pixels = 199}); }) ==
        "cannot read 'a.jpg' as a JPEG image: expected at most 199 pixels, found 100x2");
}

TEST_CASE("damage is told with the file's name and what the decoder found", "[image]") {
  Bytes png = encode_png(colourful(4));
  png[20] ^= std::byte{1};
  CHECK(error_decoding(png) ==
        "cannot read 'picture' as a PNG image: expected a whole picture, found: IHDR: CRC error");
  Bytes jpeg = encode_jpeg(colourful(4));
  jpeg.resize(jpeg.size() - 2);
  CHECK(error_decoding(jpeg) ==
        "cannot read 'picture' as a JPEG image: expected a whole picture, found: Premature end of "
        "JPEG file");
}

}  // namespace
}  // namespace mnist
