#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "mnist/image/digits.hpp"
#include "mnist/image/filters.hpp"
#include "mnist/image/lines.hpp"
#include "mnist/image/masks.hpp"
#include "mnist/image/shadows.hpp"
#include "mnist/image/sheet.hpp"
#include "mnist/image/tight_crop.hpp"
#include "pen.hpp"

namespace mnist {
namespace {

constexpr float kDesk = 40;
constexpr float kSheet = 240;

/// A sheet of 200×160 pixels, a 3 written on it, that shows `margin` pixels of what it lies on.
FloatImage sheet_on_desk(int margin, float desk = kDesk, float sheet = kSheet, float pen = 30) {
  FloatImage ink(200, 160);
  write_digit(ink, 3, 70, 30, 100, {.width = 8});
  FloatImage picture(200 + 2 * margin, 160 + 2 * margin, desk);
  for (int y = 0; y < 160; ++y) {
    for (int x = 0; x < 200; ++x) {
      picture.at(margin + x, margin + y) = sheet + ink.at(x, y) * (pen - sheet);
    }
  }
  return picture;
}

bool is_near(int a, int b, int by) { return std::abs(a - b) <= by; }

TEST_CASE("a sheet is found whatever lies around it, dark, light, wide or narrow", "[image]") {
  for (const int margin : {4, 12, 50, 120}) {
    for (const bool chalk : {false, true}) {
      const Sheet sheet =
          find_sheet(chalk ? sheet_on_desk(margin, 210, 40, 230) : sheet_on_desk(margin));
      INFO(margin << " pixels around " << (chalk ? "a board" : "paper"));
      CHECK(is_near(sheet.box.left, margin, 12));
      CHECK(is_near(sheet.box.bottom, margin + 160, 12));
      const auto [lowest, highest] = std::ranges::minmax_element(sheet.pixels.pixels);
      CHECK(*lowest >= (chalk ? 38 : 28));
      CHECK(*highest <= (chalk ? 232 : 241));
      CHECK(sheet.pixels.at(1, 1) == (chalk ? 40 : kSheet));
    }
  }
}

TEST_CASE("a picture of nothing but its sheet is taken as it is, and so is a thick ring",
          "[image]") {
  const FloatImage bare = sheet_on_desk(0);
  CHECK(find_sheet(bare).pixels == bare);
  FloatImage ring(200, 200, 240);  // the slit in it is no stroke on a sheet
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      const double outer = std::hypot((x - 100) / 60.0, (y - 100) / 80.0);
      const double inner = std::hypot((x - 100) / 8.0, (y - 100) / 30.0);
      if (outer < 1 && inner > 1) ring.at(x, y) = 20;
    }
  }
  CHECK(find_sheet(ring).pixels == ring);
}

TEST_CASE("ruled lines and squares go, the strokes that cross them stay", "[image]") {
  FloatImage plain(300, 260, 240);
  for (int y = 40; y < 220; ++y) {
    for (int x = 0; x < 14; ++x) plain.at(120 + x + y / 4, y) = 40;
  }
  for (const double slope : {0.0, 0.05, -0.1}) {
    FloatImage ruled = plain;
    for (int y = 0; y < ruled.height; ++y) {
      for (int x = 0; x < ruled.width; ++x) {
        const double level = std::fmod(y + slope * x + 300, 25);
        const double upright = std::fmod(x - slope * y + 300, 25);
        if (level < 2 || upright < 2) ruled.at(x, y) = std::min(ruled.at(x, y), 90.0F);
      }
    }
    const FloatImage cleared = remove_lines(ruled);
    int wrong = 0;
    for (std::size_t i = 0; i < plain.pixels.size(); ++i) {
      wrong += std::abs(cleared.pixels[i] - plain.pixels[i]) > 50;
    }
    INFO("lines that fall by " << slope);
    CHECK(wrong < 0.01 * static_cast<double>(plain.pixels.size()));  // the lines are 15%
  }
}

TEST_CASE("a line that does not reach the edges is a stroke", "[image]") {
  FloatImage picture(200, 200, 240);
  for (int x = 50; x < 150; ++x) picture.at(x, 90) = picture.at(x, 91) = 30;
  CHECK(remove_lines(picture) == picture);
}

TEST_CASE("both sides of a shadow's edge get the same light", "[image]") {
  FloatImage picture(200, 200);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) {
      const bool stroke = std::abs(x - 100) < 5 && std::abs(y - 100) < 60;
      picture.at(x, y) = (stroke ? 40.0F : 240.0F) * (3 * y + x < 400 ? 1 : 0.5F);
    }
  }
  const FloatImage even = even_out_shadows(picture);
  CHECK(std::abs(even.at(20, 20) - 240) < 3);
  CHECK(std::abs(even.at(20, 190) - 240) < 3);
  CHECK(std::abs(even.at(100, 60) - 40) < 3);
  CHECK(std::abs(even.at(100, 150) - 40) < 3);
  const FloatImage desk = sheet_on_desk(50, 120);
  CHECK(even_out_shadows(desk) == desk);
}

TEST_CASE("a digit that is cut to its box gets a margin of what it is on", "[image]") {
  for (const bool light_ink : {false, true}) {
    FloatImage ink(120, 180);
    write_digit(ink, 2, 8, 8, 164, {.width = 20});
    FloatImage picture(ink.width, ink.height);
    const float paper = light_ink ? 10 : 245;
    for (std::size_t i = 0; i < ink.pixels.size(); ++i) {
      picture.pixels[i] = paper + ink.pixels[i] * (255 - 2 * paper);
    }
    const Sheet opened = open_tight_crop({{0, 0, 120, 180}, picture});
    CHECK(opened.box == Box{-60, -60, 180, 240});
    CHECK(std::abs(opened.pixels.at(0, 0) - paper) < 15);
    CHECK(opened.pixels.at(60 + 50, 60 + 90) == picture.at(50, 90));
  }
  const FloatImage roomy = sheet_on_desk(0);
  CHECK(open_tight_crop({{0, 0, 200, 160}, roomy}).pixels == roomy);
}

TEST_CASE("distances, holes, bays and forms of a region", "[image]") {
  Mask square(21, 21);
  for (int y = 5; y < 16; ++y) {
    for (int x = 5; x < 16; ++x) square.at(x, y) = 1;
  }
  CHECK(distance_transform(square).at(10, 10) == 6);
  CHECK(distance_transform(square).at(5, 10) == 1);
  CHECK(std::abs(distance_to(square).at(2, 2) - std::hypot(3, 3)) < 0.3);
  CHECK(inscribed_radius(square) == 6);
  CHECK(hull_shape(square).solidity == 1);
  CHECK(hull_shape(square).quadrilateral == 1);
  Mask ring = square;
  ring.at(10, 10) = 0;
  CHECK(fill_holes(ring) == square);
  Mask bay = square;
  for (int x = 8; x < 16; ++x) bay.at(x, 10) = 0;
  CHECK(fill_holes(bay) == bay);
  const Mask filled = fill_bays(bay, 3);
  for (int x = 8; x < 15; ++x) CHECK(filled.at(x, 10) == 1);
  CHECK(fill_bays(square, 3) == square);
  Mask disc(200, 200);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 200; ++x) disc.at(x, y) = std::hypot(x - 100, y - 100) < 80;
  }
  CHECK(std::abs(hull_shape(disc).quadrilateral - 0.637) < 0.01);
}

}  // namespace
}  // namespace mnist
