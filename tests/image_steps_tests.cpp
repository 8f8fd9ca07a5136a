#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "mnist/image/background.hpp"
#include "mnist/image/components.hpp"
#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

TEST_CASE("the ink is measured against the light on the paper", "[image]") {
  FloatImage picture(200, 200);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      const bool line = y >= 60 && y < 140 && (x % 160 >= 20 && x % 160 < 26);
      picture.at(x, y) = (250 - static_cast<float>(x) / 2) * (line ? 0.5F : 1);
    }
  }
  const FloatImage ink = flatten_background(picture, Polarity::kDarkOnLight);
  CHECK(std::abs(ink.at(100, 100)) < 0.02F);
  CHECK(std::abs(ink.at(2, 2)) < 0.03F);
  CHECK(std::abs(ink.at(197, 197)) < 0.03F);
  CHECK(std::abs(ink.at(22, 100) - 0.5F) < 0.05F);
  CHECK(std::abs(ink.at(182, 100) - ink.at(22, 100)) < 0.05F);
}

TEST_CASE("components are pixels that touch at a side or a corner", "[image]") {
  FloatImage ink(6, 3);
  ink.pixels = {1, 0, 0, 0,   0, 1,  //
                0, 1, 0, 0,   0, 1,  //
                0, 0, 0, .4F, 0, .5F};
  const Components found = find_components(ink, 0.5F);
  REQUIRE(found.list.size() == 2);
  CHECK(found.list[0].box == Box{0, 0, 2, 2});
  CHECK(found.list[0].ink == 2);
  CHECK(found.list[1].box == Box{5, 0, 6, 3});
  CHECK(found.list[1].ink == 2.5);
  CHECK(found.labels.at(1, 1) == 0);
  CHECK(found.labels.at(5, 2) == 1);
  CHECK(found.labels.at(3, 2) == -1);
}

TEST_CASE("closing fills what is dark and narrower than its square", "[image]") {
  FloatImage image(20, 9, 10);
  for (int y = 0; y < 9; ++y) {
    for (const int x : {4, 5, 6, 12, 13, 14, 15}) image.at(x, y) = 1;
  }
  const FloatImage closed = closing(image, 1);  // 3 pixels wide
  CHECK(closed.at(5, 4) == 1);
  const FloatImage wider = closing(image, 2);  // 5 pixels wide
  CHECK(std::ranges::all_of(wider.pixels, [](float value) { return value == 10; }));
}

TEST_CASE("a picture of bytes shrinks as one of the same numbers does", "[image]") {
  GreyImage bytes(301, 203);
  for (std::size_t i = 0; i < bytes.pixels.size(); ++i) {
    bytes.pixels[i] = static_cast<std::uint8_t>(i * i / 7 % 256);
  }
  FloatImage numbers(bytes.width, bytes.height);
  std::ranges::copy(bytes.pixels, numbers.pixels.begin());
  for (const int factor : {1, 2, 3, 7, 100, 256, 257, 400}) {
    CHECK(shrink(bytes, factor) == shrink(numbers, factor));
  }
  const FloatImage cells = shrink(GreyImage(5, 3, 9), 2);
  CHECK(cells == FloatImage(3, 2, 9));
}

TEST_CASE("resampling keeps a constant, and the mean where it shrinks", "[image]") {
  const FloatImage constant(7, 5, 3);
  for (const int side : {1, 4, 30}) {
    const FloatImage resampled = resample(constant, {1, 1, 6, 4}, side, side);
    for (const float value : resampled.pixels) CHECK(std::abs(value - 3) < 1e-5F);
  }
  FloatImage checks(64, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) checks.at(x, y) = static_cast<float>((x + y) % 2);
  }
  CHECK(std::abs(resample(checks, {0, 0, 64, 64}, 8, 8).at(4, 4) - 0.5F) < 0.01F);
}

}  // namespace
}  // namespace mnist
