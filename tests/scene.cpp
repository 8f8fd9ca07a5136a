#include "scene.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mnist {
namespace {

constexpr int kDigit = 28;

double choose_scale(Random& random) { return uniform(random, 5, 12); }

/// The page in the middle, more or less, of a larger scene; turned by up to `turn` degrees.
Scene laid_on(const Scene& page, double left, double top, double right, double bottom, double turn,
              const Colour& desk, double grain, Random& random) {
  Scene scene(static_cast<int>(page.width + left + right),
              static_cast<int>(page.height + top + bottom), desk);
  const FloatImage veins = smooth_noise(scene.width, std::max(scene.height / 12, 2), 6, random);
  const double angle = uniform(random, -turn, turn) * std::numbers::pi / 180;
  const double middle_x = left + page.width / 2.0;
  const double middle_y = top + page.height / 2.0;
  each_pixel(scene, [&](Colour& at, int x, int y) {
    for (double& value : at) value += grain * veins.at(x, std::min(y / 12, veins.height - 1));
    const double dx = x + 0.5 - middle_x;
    const double dy = y + 0.5 - middle_y;
    const double u = std::cos(angle) * dx + std::sin(angle) * dy + page.width / 2.0;
    const double v = std::cos(angle) * dy - std::sin(angle) * dx + page.height / 2.0;
    if (u < 0 || v < 0 || u >= page.width || v >= page.height) return;
    at = page.at(static_cast<int>(u), static_cast<int>(v));
  });
  return scene;
}

}  // namespace

Colour grey_of(double value) { return {value, value, value}; }

Colour about(Colour colour, double by, Random& random) {
  const double all = uniform(random, -by, by);
  for (double& value : colour) value = std::clamp(value + all, 0.0, 255.0);
  return colour;
}

double covered(double distance, double width) {
  return std::clamp(width / 2 + 0.5 - std::abs(distance), 0.0, 1.0);
}

void blend(Colour& colour, const Colour& over, double share) {
  for (std::size_t c = 0; c < 3; ++c) colour[c] += share * (over[c] - colour[c]);
}

FloatImage write_on_page(const MnistDigit& digit, double room, Random& random) {
  const double scale = choose_scale(random);
  const double side = kDigit * scale;
  FloatImage ink(static_cast<int>(side * uniform(random, room, room + 0.4)),
                 static_cast<int>(side * uniform(random, room, room + 0.4)));
  const double angle = uniform(random, -8, 8) * std::numbers::pi / 180;
  add_ink(ink, digit.image, uniform(random, side / 2, ink.width - side / 2),
          uniform(random, side / 2, ink.height - side / 2), scale, angle);
  return ink;
}

Scene draw_page(const MnistDigit& digit, const Page& page, Random& random,
                const std::function<void(Scene&)>& prepare) {
  const FloatImage ink = write_on_page(digit, page.room, random);
  Scene scene(ink.width, ink.height, about(page.paper, 8, random));
  prepare(scene);
  const Colour pen = about(page.pen, 15, random);
  const FloatImage spots =
      page.unevenly ? smooth_noise(ink.width, ink.height, 2, random) : FloatImage();
  each_pixel(scene, [&](Colour& colour, int x, int y) {
    const double spot = page.unevenly ? std::clamp(0.85 + 0.2 * spots.at(x, y), 0.4, 1.0) : 1;
    blend(colour, pen, page.opacity * spot * ink.at(x, y));
  });
  return scene;
}

void rule(Scene& scene, double gap, double width, double angle, bool upright, const Colour& colour,
          Random& random) {
  const double start = uniform(random, 0, gap);
  const double turn = angle + (upright ? std::numbers::pi / 2 : 0);
  each_pixel(scene, [&](Colour& at, int x, int y) {
    const double across = y * std::cos(turn) - x * std::sin(turn) - start;
    blend(at, colour, covered(across - gap * std::round(across / gap), width));
  });
}

Scene on_lines(const MnistDigit& digit, const Colour& lines, bool squares, Random& random) {
  return draw_page(digit, {}, random, [&](Scene& scene) {
    const double gap = scene.width / (squares ? uniform(random, 10, 20) : uniform(random, 6, 12));
    const double width = uniform(random, 1, squares ? 1.8 : 2.6);
    const double angle = uniform(random, -3, 3) * std::numbers::pi / 180;
    rule(scene, gap, width, angle, false, lines, random);
    if (squares) rule(scene, gap, width, angle, true, lines, random);
  });
}

Scene on_desk(const Scene& page, double margin, const Colour& desk, Random& random, double turn,
              double grain) {
  const auto side = [&] { return margin * uniform(random, 0.8, 1.2); };
  return laid_on(page, side(), side(), side(), side(), turn, desk, grain, random);
}

Scene in_perspective(const Scene& page, const Colour& desk, Random& random) {
  Scene scene(page.width + 80, page.height + 80, desk);
  const double narrow = uniform(random, 0.15, 0.35);
  each_pixel(scene, [&](Colour& at, int x, int y) {
    const double v = (y - 40.0) / page.height;
    const double width = 1 - narrow * (1 - v);
    const double u = ((x - 40.0) / page.width - 0.5) / width + 0.5;
    if (u < 0 || v < 0 || u >= 1 || v >= 1) return;
    at = page.at(static_cast<int>(u * page.width), static_cast<int>(v * page.height));
  });
  return scene;
}

void draw_frame(Scene& scene, double inset, double width, const Colour& colour) {
  each_pixel(scene, [&](Colour& at, int x, int y) {
    const double edge = std::min({x, y, scene.width - 1 - x, scene.height - 1 - y});
    if (edge >= inset && edge < inset + width) at = colour;
  });
}

void draw_thumb(Scene& scene, Random& random) {
  const double x = chance(random, 0.5) ? 0 : scene.width;
  const double y = chance(random, 0.5) ? 0 : scene.height;
  const double radius = std::min(scene.width, scene.height) * uniform(random, 0.12, 0.2);
  const double slim = uniform(random, 0.7, 1.2);
  const Colour skin = about(grey_of(95), 25, random);
  each_pixel(scene, [&](Colour& at, int px, int py) {
    blend(at, skin, covered(std::hypot((px - x) * slim, py - y), 2 * radius));
  });
}

void cast_shadow(Scene& scene, Random& random) {
  const double angle = uniform(random, 0, 2 * std::numbers::pi);
  const double light = uniform(random, 0.4, 0.7);
  const double x = scene.width * uniform(random, 0.35, 0.65);
  const double y = scene.height * uniform(random, 0.35, 0.65);
  each_pixel(scene, [&](Colour& at, int px, int py) {
    const double across = std::cos(angle) * (px - x) + std::sin(angle) * (py - y);
    const double share = std::clamp(across + 0.5, 0.0, 1.0);
    for (double& value : at) value *= 1 - (1 - light) * share;
  });
}

void shade_evenly(Scene& scene, double darkest, Random& random) {
  const double angle = uniform(random, 0, 2 * std::numbers::pi);
  each_pixel(scene, [&](Colour& at, int x, int y) {
    const double way = std::cos(angle) * (1.0 * x / scene.width - 0.5) +
                       std::sin(angle) * (1.0 * y / scene.height - 0.5);
    for (double& value : at) value *= 1 - (1 - darkest) * std::clamp(way + 0.5, 0.0, 1.0);
  });
}

void crumple(Scene& scene, Random& random) {
  const double cell = std::max(scene.width, scene.height) / uniform(random, 4, 8);
  const FloatImage folds = smooth_noise(scene.width, scene.height, cell, random);
  each_pixel(scene, [&](Colour& at, int x, int y) {
    for (double& value : at) value *= std::clamp(0.85 + 0.08 * folds.at(x, y), 0.5, 1.0);
  });
}

Scene cut_to_digit(const MnistDigit& digit, const Colour& paper, const Colour& pen,
                   Random& random) {
  const double scale = choose_scale(random);
  const int side = static_cast<int>(kDigit * scale);
  FloatImage ink(side, side);
  add_ink(ink, digit.image, side / 2.0, side / 2.0, scale, 0);
  const Box box = box_around(ink, [](float value) { return value >= 0.5; });
  const int loose = static_cast<int>(random() % 3);
  Scene scene(std::min(box.width() + 2 * loose, side), std::min(box.height() + 2 * loose, side));
  each_pixel(scene, [&](Colour& at, int x, int y) {
    at = paper;
    blend(at, pen,
          ink.at(std::clamp(box.left + x - loose, 0, side - 1),
                 std::clamp(box.top + y - loose, 0, side - 1)));
  });
  return scene;
}

RgbImage seen(const Scene& scene, double noise, Random& random) {
  RgbImage picture(scene.width, scene.height);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double value = scene.pixels[i][c] + (noise > 0 ? noise * normal(random) : 0);
      picture.pixels[i][c] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
    }
  }
  return picture;
}

}  // namespace mnist
