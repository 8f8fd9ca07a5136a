#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/image/digits.hpp"
#include "mnist/image/read_image.hpp"
#include "pen.hpp"
#include "pictures.hpp"

namespace mnist {
namespace {

constexpr double kPaper = 230;
constexpr double kInk = 40;

/// A digit in the middle of a square of paper, half as high as that.
FloatImage ink_of_digit(int digit, int side) {
  FloatImage ink(side, side);
  write_digit(ink, digit, side * 0.35, side * 0.25, side / 2.0, {.width = side / 16.0});
  return ink;
}

GreyImage picture_of(int digit, int side = 400) {
  return on_paper(ink_of_digit(digit, side), kPaper, kInk);
}

template <typename Change>
GreyImage changed(GreyImage image, Change change) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double value = std::clamp<double>(change(x, y, image.at(x, y)), 0, 255);
      image.at(x, y) = static_cast<std::uint8_t>(std::lround(value));
    }
  }
  return image;
}

/// The cosine of the angle between two images: 1 if they differ by a factor only. The best of those
/// with one moved by up to a pixel, since digits are placed by whole pixels.
double likeness(const MnistPixels& a, const MnistPixels& b) {
  const double squares = std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                         std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  double most = 0;
  for (const int down : {-kMnistSide, 0, kMnistSide}) {
    for (const int across : {-1, 0, 1}) {
      const auto size = static_cast<int>(a.size());
      double product = 0;
      for (int i = 0; i < size; ++i) {
        const int moved = std::clamp(i + down + across, 0, size - 1);
        product += a[static_cast<std::size_t>(i)] * b[static_cast<std::size_t>(moved)];
      }
      most = std::max(most, product);
    }
  }
  return most / std::sqrt(squares);
}

/// What a change of the picture does to all ten digits: the least likeness to those without it.
template <typename Change>
double likeness_after(Change change) {
  double least = 1;
  for (int digit = 0; digit < 10; ++digit) {
    const GreyImage picture = picture_of(digit);
    least = std::min(least, likeness(prepare_digit(picture).pixels,
                                     prepare_digit(changed(picture, change)).pixels));
  }
  return least;
}

Box box_of(const MnistPixels& pixels) {
  Box box{kMnistSide, kMnistSide, 0, 0};
  for (int y = 0; y < kMnistSide; ++y) {
    for (int x = 0; x < kMnistSide; ++x) {
      if (pixels[static_cast<std::size_t>(y * kMnistSide + x)] == 0) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
             std::max(box.bottom, y + 1)};
    }
  }
  return box;
}

std::vector<MnistDigit> mnist_digits(std::size_t count) {
  const char* data = std::getenv("MNIST_DATA");
  REQUIRE(data);
  return read_test_digits(data, count);
}

TEST_CASE("MNIST's own images, and their negatives, are taken as they are", "[image]") {
  int unchanged = 0;
  const auto digits = mnist_digits(10000);
  for (const MnistDigit& digit : digits) {
    const GreyImage negative =
        changed(digit.image, [](int, int, int value) { return 255.0 - value; });
    const PreparedDigit as_is = prepare_digit(digit.image);
    const PreparedDigit inverted = prepare_digit(negative);
    unchanged += as_is.pixels == inverted.pixels && as_is.polarity == Polarity::kLightOnDark &&
                 inverted.polarity == Polarity::kDarkOnLight &&
                 std::ranges::equal(as_is.pixels, digit.image.pixels, {}, {},
                                    [](int value) { return static_cast<float>(value) / 255; });
  }
  CHECK(unchanged == 10000);
}

TEST_CASE("an image of 28x28 that is not of MNIST's form is prepared", "[image]") {
  CHECK_FALSE(mnist_form(GreyImage(28, 28)));
  CHECK_FALSE(mnist_form(GreyImage(28, 28, 255)));
  CHECK_FALSE(mnist_form(GreyImage(29, 28)));
  FloatImage small(28, 28);
  write_digit(small, 3, 2, 2, 10, {.width = 2});
  const GreyImage picture = on_paper(small, 0, 255);
  CHECK_FALSE(mnist_form(picture));
  CHECK(box_of(prepare_digit(picture).pixels).longest_side() == 20);
}

TEST_CASE("MNIST's digits, enlarged and drawn on paper, come back as they were", "[image]") {
  constexpr int kDigits = 40;
  const auto digits = mnist_digits(kDigits);
  Random random(5);
  double plain = 0;
  double all = 0;
  for (const MnistDigit& digit : digits) {
    const auto likeness_of = [&](const PictureOptions& options) {
      const GreyImage picture = decode_image(encode_png(draw_digit(digit, options, random)), "it");
      return likeness(prepare_digit(picture).pixels, prepare_digit(digit.image).pixels);
    };
    plain += likeness_of({}) / kDigits;
    all += likeness_of({.invert = true,
                        .move = true,
                        .paper = true,
                        .light = true,
                        .pen = true,
                        .noise = true}) /
           kDigits;
  }
  CHECK(plain > 0.95);
  CHECK(all > 0.93);
}

TEST_CASE("a prepared digit fills 20 pixels, is centred by mass and has full contrast", "[image]") {
  for (int digit = 0; digit < 10; ++digit) {
    const MnistPixels pixels = prepare_digit(picture_of(digit)).pixels;
    CHECK(box_of(pixels).longest_side() == 20);
    CHECK(*std::ranges::max_element(pixels) == 1);
    double sum = 0;
    double x = 0;
    double y = 0;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      sum += pixels[i];
      x += pixels[i] * static_cast<double>(i % kMnistSide);
      y += pixels[i] * static_cast<double>(i / kMnistSide);
    }
    CHECK(std::abs(x / sum - 14) <= 0.5);
    CHECK(std::abs(y / sum - 14) <= 0.5);
  }
}

TEST_CASE("the box of a digit is where it was drawn", "[image]") {
  FloatImage ink(300, 200);
  write_digit(ink, 0, 200, 50, 100, {.width = 10});  // 0.6 as wide as high, and half a line more
  const Box box = prepare_digit(on_paper(ink, kPaper, kInk)).box;
  CHECK(std::abs(box.left - 196) <= 3);
  CHECK(std::abs(box.right - 265) <= 3);
  CHECK(std::abs(box.top - 45) <= 2);
  CHECK(std::abs(box.bottom - 155) <= 2);
}

TEST_CASE("dark on light and light on dark give the same digit", "[image]") {
  for (int digit = 0; digit < 10; ++digit) {
    for (const double width : {4.0, 20.0, 50.0}) {
      FloatImage ink(400, 400);
      write_digit(ink, digit, 100, 60, 280, {.width = width});
      const PreparedDigit dark = prepare_digit(on_paper(ink, kPaper, kInk));
      const PreparedDigit light = prepare_digit(on_paper(ink, kInk, kPaper));
      INFO(digit << " with a pen of " << width);
      CHECK(dark.polarity == Polarity::kDarkOnLight);
      CHECK(light.polarity == Polarity::kLightOnDark);
      CHECK(likeness(dark.pixels, light.pixels) > 0.98);
    }
  }
}

TEST_CASE("uneven light, the edge of a shadow, noise and specks leave a digit as it is",
          "[image]") {
  CHECK(likeness_after([](int x, int y, int value) { return value * (1 - (x + y) / 1400.0); }) >
        0.98);
  CHECK(likeness_after([](int x, int y, int value) {
          return value * (x + y / 2 < 280 ? 1 : std::max(0.6, 1 - (x + y / 2 - 280) / 40.0));
        }) > 0.97);
  Random random(1);
  CHECK(likeness_after([&](int, int, int value) {
          return value + 0.3 * (static_cast<double>(random() % 101) - 50);
        }) > 0.98);
  CHECK(likeness_after([](int x, int y, int value) {
          return x % 97 < 3 && y % 89 < 3 ? kInk : value;
        }) > 0.98);
}

TEST_CASE("the size of a picture does not matter", "[image]") {
  for (const int digit : {1, 2, 5, 8}) {
    const MnistPixels pixels = prepare_digit(picture_of(digit)).pixels;
    CHECK(likeness(pixels, prepare_digit(picture_of(digit, 40)).pixels) > 0.9);
    CHECK(likeness(pixels, prepare_digit(picture_of(digit, 2500)).pixels) > 0.97);
  }
}

TEST_CASE("a digit may be small in its picture, or fill it, or be near its edge", "[image]") {
  const MnistPixels pixels = prepare_digit(picture_of(5)).pixels;
  const auto likeness_at = [&](int width, int height, double x, double y) {
    FloatImage ink(width, height);
    write_digit(ink, 5, x, y, 100, {.width = 12.5});
    return likeness(pixels, prepare_digit(on_paper(ink, kPaper, kInk)).pixels);
  };
  CHECK(likeness_at(1600, 1200, 1100, 300) > 0.95);
  CHECK(likeness_at(72, 112, 6, 6) > 0.95);
  CHECK(likeness_at(400, 400, 8, 286) > 0.95);
}

TEST_CASE("the table around the paper is not taken for a digit", "[image]") {
  CHECK(likeness_after([](int x, int y, int value) {
          return x < 40 + y / 10 || y > 370 ? 90 : value;
        }) > 0.97);
}

TEST_CASE("a hairline is widened to MNIST's pen", "[image]") {
  FloatImage ink(400, 400);
  write_digit(ink, 1, 150, 50, 300, {.width = 2});
  const MnistPixels pixels = prepare_digit(on_paper(ink, kPaper, kInk)).pixels;
  CHECK(*std::ranges::max_element(pixels) > 0.8F);
}

TEST_CASE("pictures without a digit are told", "[image]") {
  const auto error = [](const GreyImage& picture) {
    return error_of([&] { prepare_digit(picture); });
  };
  CHECK(error(GreyImage(50, 40, 255)) == "expected a digit, found nothing drawn on 50x40 pixels");
  CHECK(contains(error(GreyImage(1, 1)), "1x1"));
  CHECK(contains(error(GreyImage(28, 28)), "28x28"));
  CHECK(contains(error(GreyImage()), "without pixels"));
  Random random(1);
  const auto noise = [&](int, int, int) { return static_cast<double>(random() % 256); };
  for (const int side : {28, 100, 600}) {
    CHECK(contains(error(changed(GreyImage(side, side), noise)), "nothing drawn"));
  }
  const auto gradient = [](int x, int y, int) { return 50.0 + x / 2.0 + y / 4.0; };
  CHECK(contains(error(changed(GreyImage(300, 200), gradient)), "nothing drawn"));
}

}  // namespace
}  // namespace mnist
