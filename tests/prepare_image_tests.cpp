#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/image/digits.hpp"
#include "mnist/image/prepare_image.hpp"

using namespace mnist;

namespace {

/// A one, in black on white.
GreyImage picture_of_bar(int side) {
  GreyImage picture(side, side, 255);
  for (int y = side / 5; y < side * 4 / 5; ++y) {
    for (int x = side * 9 / 20; x < side * 11 / 20; ++x) picture.at(x, y) = 0;
  }
  return picture;
}

double sum(const FloatImage& image) {
  return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0);
}

}  // namespace

TEST_CASE("a picture of the network's size is taken as it is, where that is wanted", "[image]") {
  GreyImage picture(16, 16);
  std::iota(picture.pixels.begin(), picture.pixels.end(), std::uint8_t{0});
  for (const auto& image : prepare_images(picture, {.side = 16, .pictures_as_they_are = true})) {
    CHECK(image.box == Box{0, 0, 16, 16});
    REQUIRE(image.pixels.width == 16);
    for (int i = 0; i < 256; ++i) {
      CHECK(image.pixels.pixels[static_cast<std::size_t>(i)] == static_cast<float>(i) / 255);
    }
  }
}

TEST_CASE("other pictures are prepared as digits are, in the network's size", "[image]") {
  const GreyImage picture = picture_of_bar(100);
  const PreparedDigit digit = prepare_digit(picture);
  for (const bool as_they_are : {false, true}) {
    const PreparedImage same = prepare_image(picture, {28, as_they_are});
    CHECK(same.box == digit.box);
    CHECK(std::ranges::equal(same.pixels.pixels, digit.pixels));
  }
  const double ink = std::accumulate(digit.pixels.begin(), digit.pixels.end(), 0.0);
  for (const int side : {8, 14, 56, 64}) {
    CAPTURE(side);
    const FloatImage image = prepare_images(picture, {side, true}).at(0).pixels;
    REQUIRE((image.width == side && image.height == side));
    CHECK(std::ranges::all_of(image.pixels, [](float value) { return value >= 0 && value <= 1; }));
    const double share = sum(image) / (side * side);
    CHECK(std::abs(share - ink / (28 * 28)) < 0.01);
  }
}

TEST_CASE("a picture of MNIST's size is prepared unless it is to be taken as it is", "[image]") {
  const GreyImage picture = picture_of_bar(28);
  const FloatImage as_it_is = prepare_image(picture, {28, true}).pixels;
  CHECK(as_it_is.at(0, 0) == 1);
  CHECK(prepare_image(picture, {28, false}).pixels.at(0, 0) == 0);
  CHECK_FALSE(error_of([] { prepare_image(GreyImage(28, 28), {28, false}); }).empty());
}
