#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/image/digits.hpp"
#include "pen.hpp"

namespace mnist {
namespace {

constexpr double kHeight = 100;
constexpr Pen kPen{.width = 10};

/// The largest difference between two prepared digits' pixels, on average.
double difference(const PreparedDigit& a, const PreparedDigit& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) sum += std::abs(a.pixels[i] - b.pixels[i]);
  return sum / static_cast<double>(a.pixels.size());
}

/// The digit that a prepared one looks most like, of those written by the same pen.
int recognised(const PreparedDigit& digit) {
  int best = 0;
  double least = 1;
  for (int candidate = 0; candidate < 10; ++candidate) {
    FloatImage ink(200, 200);
    write_digit(ink, candidate, 70, 50, kHeight, kPen);
    const double other = difference(digit, prepare_digit(on_paper(ink, 230, 40)));
    if (other < least) best = candidate, least = other;
  }
  return best;
}

void write(FloatImage& ink, const std::string& digits, double x, double y, double step) {
  for (const char digit : digits) {
    write_digit(ink, digit - '0', x, y, kHeight, kPen);
    x += step;
  }
}

std::string read(const FloatImage& ink, double paper = 230, double pen = 40) {
  std::string digits;
  for (const PreparedDigit& digit : find_digits(on_paper(ink, paper, pen))) {
    digits += std::to_string(recognised(digit));
  }
  return digits;
}

TEST_CASE("the digits of a line are found from left to right", "[find_digits]") {
  for (const std::string digits : {"012", "3456", "78901", "314159", "2718281", "98765432"}) {
    FloatImage ink(static_cast<int>(100 * digits.size()) + 60, 200);
    write(ink, digits, 40, 50, 100);
    CHECK(read(ink) == digits);
    CHECK(read(ink, 30, 210) == digits);
  }
}

TEST_CASE("the boxes are in the picture's pixels", "[find_digits]") {
  FloatImage ink(3000, 500);
  for (const int x : {500, 1500, 2500}) {
    write_digit(ink, 0, x, 150, 200, {.width = 20});
  }
  const auto digits = find_digits(on_paper(ink, 230, 40));
  REQUIRE(digits.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::abs(digits[i].box.left - (495 + 1000 * static_cast<int>(i))) <= 8);
    CHECK(std::abs(digits[i].box.top - 140) <= 8);
    CHECK(std::abs(digits[i].box.height() - 220) <= 12);
  }
}

TEST_CASE("lines are read from the top", "[find_digits]") {
  FloatImage ink(500, 560);
  write(ink, "125", 60, 40, 110);
  write(ink, "90", 40, 230, 120);
  write(ink, "3476", 50, 410, 105);
  CHECK(read(ink) == "125903476");
}

TEST_CASE("a line that rises or wavers is still one line", "[find_digits]") {
  FloatImage ink(600, 260);
  for (int i = 0; i < 5; ++i) write_digit(ink, i + 2, 40 + 100 * i, 100 - 15 * i, kHeight, kPen);
  CHECK(read(ink) == "23456");
}

TEST_CASE("the bar of a 5 that does not touch it belongs to it", "[find_digits]") {
  FloatImage ink(400, 200);
  write(ink, "151", 40, 50, 110);
  // Rubs out a gap between the bar and the rest.
  for (int y = 54; y < 200; ++y) {
    for (int x = 155; x < 220; ++x) {
      if (y > 58 && y < 68) ink.at(x, y) = 0;
    }
  }
  CHECK(find_digits(on_paper(ink, 230, 40)).size() == 3);
  CHECK(read(ink) == "151");
}

TEST_CASE("digits close beside each other stay apart", "[find_digits]") {
  FloatImage ink(260, 200);
  write(ink, "111", 40, 50, 50);
  CHECK(read(ink) == "111");
}

TEST_CASE("specks are no digits", "[find_digits]") {
  FloatImage ink(460, 200);
  write(ink, "4711", 40, 50, 100);
  for (int i = 0; i < 40; ++i) ink.at(i * 37 % 460, i * 53 % 200) = 1;
  for (int i = 0; i < 4; ++i) ink.at(230 + i, 20) = ink.at(230 + i, 21) = 1;
  CHECK(read(ink) == "4711");
}

TEST_CASE("a picture of one digit has one, and an image of MNIST's form is taken as it is",
          "[find_digits]") {
  FloatImage ink(200, 200);
  write(ink, "8", 70, 50, 0);
  CHECK(read(ink) == "8");
  GreyImage image(28, 28);
  for (int y = 4; y < 24; ++y) image.at(14, y) = 255;
  const auto digits = find_digits(image);
  REQUIRE(digits.size() == 1);
  CHECK(digits[0].box == Box{0, 0, 28, 28});
  CHECK(std::ranges::count(digits[0].pixels, 1.0F) == 20);
}

TEST_CASE("a picture without digits is told", "[find_digits]") {
  CHECK(contains(error_of([] { find_digits(GreyImage(300, 100, 200)); }), "300x100"));
}

}  // namespace
}  // namespace mnist
