#include <cmath>
#include <cstdlib>

#include "catch.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

constexpr int kSide = 40;

/// What a column of strokes of this grey, on nothing, comes out on.
int canvas_of_strokes(int grey) {
  const auto stroke = static_cast<std::uint8_t>(grey);
  GreyImage alpha(kSide, kSide);
  for (int y = 5; y < 35; ++y) alpha.at(19, y) = alpha.at(20, y) = 255;
  const GreyImage picture = over_canvas(GreyImage(kSide, kSide, stroke), alpha);
  CHECK(picture.at(20, 20) == stroke);
  return picture.at(5, 5);
}

TEST_CASE("strokes on a transparent canvas come out on what they stand out from", "[image]") {
  for (const int dark : {0, 60, 120}) CHECK(canvas_of_strokes(dark) == 255);
  for (const int light : {140, 200, 255}) CHECK(canvas_of_strokes(light) == 0);
}

TEST_CASE("a photograph with transparent corners goes on into them", "[image]") {
  for (const int grey : {40, 230}) {
    const auto paper = static_cast<std::uint8_t>(grey);
    GreyImage photo(kSide, kSide, paper);
    for (int y = 10; y < 30; ++y) photo.at(20, y) = static_cast<std::uint8_t>(255 - paper);
    GreyImage alpha(kSide, kSide);
    for (int y = 0; y < kSide; ++y) {
      for (int x = 0; x < kSide; ++x) {
        if (std::hypot(x - 19.5, y - 19.5) < 24) alpha.at(x, y) = 255;
      }
    }
    CHECK(over_canvas(photo, alpha) == photo);
  }
}

TEST_CASE("an opaque picture stays as it is", "[image]") {
  const GreyImage picture(3, 2, 77);
  CHECK(over_canvas(picture, GreyImage(3, 2, 255)) == picture);
  CHECK(over_canvas(GreyImage(3, 2, 77), GreyImage(3, 2, 0)) == GreyImage(3, 2, 255));
}

}  // namespace
}  // namespace mnist
