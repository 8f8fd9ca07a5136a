#include "kinds.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace mnist {
namespace {

using Colour = std::array<double, 3>;
using Scene = Image<Colour>;

constexpr int kDigit = 28;

Colour grey_of(double value) { return {value, value, value}; }

Colour about(Colour colour, double by, Random& random) {
  const double all = uniform(random, -by, by);
  for (double& value : colour) value = std::clamp(value + all, 0.0, 255.0);
  return colour;
}

/// How opaque a line is at a point, at a distance from its middle: anti-aliased.
double covered(double distance, double width) {
  return std::clamp(width / 2 + 0.5 - std::abs(distance), 0.0, 1.0);
}

void blend(Colour& colour, const Colour& over, double share) {
  for (std::size_t c = 0; c < 3; ++c) colour[c] += share * (over[c] - colour[c]);
}

template <typename Change>
void each_pixel(Scene& scene, Change change) {
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) change(scene.at(x, y), x, y);
  }
}

struct Page {
  Colour paper = grey_of(244);
  Colour pen = grey_of(40);
  double room = 1.4;      ///< the side of the page in those of the digit's 28×28, at least
  double opacity = 1;     ///< of the pen
  bool unevenly = false;  ///< the pen leaves out spots, as pencils and chalk do
};

/// A digit written on a page, anywhere on it, turned by up to 8°.
FloatImage write_on_page(const MnistDigit& digit, double room, double scale, Random& random) {
  const double side = kDigit * scale;
  FloatImage ink(static_cast<int>(side * uniform(random, room, room + 0.4)),
                 static_cast<int>(side * uniform(random, room, room + 0.4)));
  const double angle = uniform(random, -8, 8) * std::numbers::pi / 180;
  add_ink(ink, digit.image, uniform(random, side / 2, ink.width - side / 2),
          uniform(random, side / 2, ink.height - side / 2), scale, angle);
  return ink;
}

double choose_scale(Random& random) { return uniform(random, 5, 12); }

/// Where the paper is drawn on before the pen comes: `prepare` may rule it.
template <typename Prepare>
Scene draw_page(const MnistDigit& digit, const Page& page, Random& random, Prepare prepare) {
  const FloatImage ink = write_on_page(digit, page.room, choose_scale(random), random);
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

Scene draw_page(const MnistDigit& digit, const Page& page, Random& random) {
  return draw_page(digit, page, random, [](Scene&) {});
}

/// Parallel lines, `gap` apart, at an angle to the horizontal (or vertical).
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

Scene on_desk(const Scene& page, double margin, const Colour& desk, Random& random, double turn = 0,
              double grain = 0) {
  const auto side = [&] { return margin * uniform(random, 0.8, 1.2); };
  return laid_on(page, side(), side(), side(), side(), turn, desk, grain, random);
}

/// Seen from an angle: one side is shorter, on the desk.
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

/// Cut to the box of what differs from the paper by half of the pen, or nearly.
Scene cut_to_digit(const MnistDigit& digit, const Colour& paper, const Colour& pen,
                   Random& random) {
  const double scale = choose_scale(random);
  const int side = static_cast<int>(kDigit * scale);
  FloatImage ink(side, side);
  add_ink(ink, digit.image, side / 2.0, side / 2.0, scale, 0);
  Box box{side, side, 0, 0};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if (ink.at(x, y) < 0.5) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
             std::max(box.bottom, y + 1)};
    }
  }
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

KindPicture on_nothing(const MnistDigit& digit, const Colour& pen, Random& random) {
  const FloatImage ink = write_on_page(digit, 1.1, choose_scale(random), random);
  KindPicture picture{RgbImage(ink.width, ink.height), GreyImage(ink.width, ink.height)};
  for (std::size_t i = 0; i < ink.pixels.size(); ++i) {
    const auto opacity = static_cast<std::uint8_t>(std::lround(255 * ink.pixels[i]));
    picture.alpha.pixels[i] = opacity;
    if (opacity == 0) continue;
    for (std::size_t c = 0; c < 3; ++c) {
      picture.image.pixels[i][c] = static_cast<std::uint8_t>(pen[c]);
    }
  }
  return picture;
}

KindPicture photo(const Scene& scene, Random& random) {
  return {seen(scene, uniform(random, 1, 4), random), {}, true};
}

KindPicture scan(const Scene& scene, Random& random) { return {seen(scene, 1.5, random), {}}; }

struct Kind {
  std::string_view name;
  KindPicture (*draw)(const MnistDigit& digit, Random& random);
};

const Page kBlue{.pen = {40, 45, 140}};
const Page kChalk{.paper = grey_of(40), .pen = grey_of(215), .unevenly = true};
const Page kPencil{.pen = grey_of(105), .opacity = 0.8, .unevenly = true};
const Page kWhite{.paper = grey_of(250), .pen = grey_of(20), .room = 1.05};

constexpr std::array kKinds{
    Kind{"desk10",
         [](const MnistDigit& d, Random& r) {
           return scan(on_desk(draw_page(d, {}, r), 10, about(grey_of(28), 12, r), r), r);
         }},
    Kind{"desk60",
         [](const MnistDigit& d, Random& r) {
           return scan(on_desk(draw_page(d, {}, r), 60, about(grey_of(28), 12, r), r), r);
         }},
    Kind{"desk150",
         [](const MnistDigit& d, Random& r) {
           return scan(on_desk(draw_page(d, {}, r), 150, about(grey_of(28), 12, r), r), r);
         }},
    Kind{"greydesk150",
         [](const MnistDigit& d, Random& r) {
           return scan(on_desk(draw_page(d, {}, r), 150, about(grey_of(110), 30, r), r), r);
         }},
    Kind{"wooddesk",
         [](const MnistDigit& d, Random& r) {
           const Colour wood = about({150, 105, 65}, 25, r);
           return photo(on_desk(draw_page(d, {}, r), 90, wood, r, 5, 10), r);
         }},
    Kind{"turned",
         [](const MnistDigit& d, Random& r) {
           return photo(on_desk(draw_page(d, {}, r), 90, about(grey_of(60), 40, r), r, 12), r);
         }},
    Kind{"perspective",
         [](const MnistDigit& d, Random& r) {
           return photo(in_perspective(draw_page(d, {}, r), about(grey_of(60), 40, r), r), r);
         }},
    Kind{"linesondesk",
         [](const MnistDigit& d, Random& r) {
           const Scene page = on_lines(d, about(grey_of(170), 15, r), chance(r, 0.5), r);
           return photo(on_desk(page, 70, about(grey_of(60), 40, r), r, 6), r);
         }},
    Kind{"framed",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {.room = 1.8}, r);
           draw_frame(page, 0, uniform(r, 12, 30), about(grey_of(20), 15, r));
           return scan(page, r);
         }},
    Kind{"edgeborder3",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, kWhite, r);
           draw_frame(page, 0, 2 + static_cast<double>(r() % 3), about(grey_of(20), 20, r));
           return scan(page, r);
         }},
    Kind{"edgeborder8",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, kWhite, r);
           draw_frame(page, 0, 6 + static_cast<double>(r() % 5), about(grey_of(20), 20, r));
           return scan(page, r);
         }},
    Kind{"chalk_lightframe",
         [](const MnistDigit& d, Random& r) {
           return scan(on_desk(draw_page(d, kChalk, r), 30, about(grey_of(200), 30, r), r), r);
         }},
    Kind{"thumb",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {.room = 1.6}, r);
           draw_thumb(page, r);
           return photo(page, r);
         }},
    Kind{"hardshadow",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {}, r);
           cast_shadow(page, r);
           return photo(page, r);
         }},
    Kind{"ruled",
         [](const MnistDigit& d, Random& r) {
           return photo(on_lines(d, about({165, 185, 215}, 15, r), false, r), r);
         }},
    Kind{"ruled150",
         [](const MnistDigit& d, Random& r) {
           return scan(on_lines(d, about(grey_of(150), 20, r), false, r), r);
         }},
    Kind{"ruled190",
         [](const MnistDigit& d, Random& r) {
           return scan(on_lines(d, about(grey_of(190), 15, r), false, r), r);
         }},
    Kind{"ruled60",
         [](const MnistDigit& d, Random& r) {
           return scan(on_lines(d, about(grey_of(60), 30, r), false, r), r);
         }},
    Kind{"squared",
         [](const MnistDigit& d, Random& r) {
           return photo(on_lines(d, about({175, 205, 200}, 15, r), true, r), r);
         }},
    Kind{"grid150",
         [](const MnistDigit& d, Random& r) {
           return scan(on_lines(d, about(grey_of(150), 20, r), true, r), r);
         }},
    Kind{"grid190",
         [](const MnistDigit& d, Random& r) {
           return scan(on_lines(d, about(grey_of(190), 15, r), true, r), r);
         }},
    Kind{"oneline_through",
         [](const MnistDigit& d, Random& r) {
           const auto line = [&](Scene& scene) {
             const double gap = 10.0 * scene.height;
             rule(scene, gap, uniform(r, 1, 3), uniform(r, -0.04, 0.04), false,
                  about(grey_of(90), 60, r), r);
             const double y = scene.height * uniform(r, 0.35, 0.75);
             const double width = uniform(r, 1, 3);
             const Colour colour = about(grey_of(90), 60, r);
             each_pixel(scene, [&](Colour& at, int, int py) {
               blend(at, colour, covered(py - y, width));
             });
           };
           return scan(draw_page(d, {}, r, line), r);
         }},
    Kind{"margin",
         [](const MnistDigit& d, Random& r) {
           const auto lines = [&](Scene& scene) {
             rule(scene, scene.height / uniform(r, 7, 12), uniform(r, 1, 2), 0, false,
                  {160, 180, 215}, r);
             const double x = scene.width * uniform(r, 0.08, 0.3);
             each_pixel(scene, [&](Colour& at, int px, int) {
               blend(at, {210, 60, 60}, covered(px - x, 2));
             });
           };
           return photo(draw_page(d, kBlue, r, lines), r);
         }},
    Kind{"formbox",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {.room = 1.3}, r);
           const double inset = page.width * uniform(r, 0.01, 0.06);
           draw_frame(page, inset, uniform(r, 1, 3), about(grey_of(60), 40, r));
           return scan(page, r);
         }},
    Kind{"tightcrop",
         [](const MnistDigit& d, Random& r) {
           return scan(cut_to_digit(d, about(grey_of(245), 10, r), about(grey_of(30), 20, r), r),
                       r);
         }},
    Kind{"tightcrop_w",
         [](const MnistDigit& d, Random& r) {
           return scan(cut_to_digit(d, about(grey_of(15), 10, r), about(grey_of(235), 20, r), r),
                       r);
         }},
    Kind{"alpha_whiteink",
         [](const MnistDigit& d, Random& r) { return on_nothing(d, grey_of(255), r); }},
    Kind{"alpha_yellowink",
         [](const MnistDigit& d, Random& r) { return on_nothing(d, {250, 215, 0}, r); }},
    Kind{"alpha_darkink",
         [](const MnistDigit& d, Random& r) { return on_nothing(d, {20, 20, 90}, r); }},
    Kind{"gradient",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {}, r);
           shade_evenly(page, uniform(r, 0.2, 0.5), r);
           return scan(page, r);
         }},
    Kind{"coloured",
         [](const MnistDigit& d, Random& r) {
           constexpr std::array<Colour, 4> kPapers{
               {{245, 225, 110}, {245, 170, 190}, {150, 210, 240}, {165, 220, 150}}};
           const Page page{.paper = kPapers[r() % kPapers.size()], .pen = {35, 35, 60}};
           return photo(on_desk(draw_page(d, page, r), 60, about(grey_of(90), 60, r), r, 8), r);
         }},
    Kind{"pencil",
         [](const MnistDigit& d, Random& r) { return photo(draw_page(d, kPencil, r), r); }},
    Kind{"crumpled",
         [](const MnistDigit& d, Random& r) {
           Scene page = draw_page(d, {}, r);
           crumple(page, r);
           return photo(page, r);
         }},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kKinds.size()> names;
  std::ranges::transform(kKinds, names.begin(), &Kind::name);
  return names;
}();

}  // namespace

std::span<const std::string_view> kind_names() { return kNames; }

KindPicture draw_kind(std::string_view kind, const MnistDigit& digit, Random& random) {
  const auto found = std::ranges::find(kKinds, kind, &Kind::name);
  if (found == kKinds.end()) throw std::runtime_error("unknown kind: " + std::string(kind));
  return found->draw(digit, random);
}

Bytes KindPicture::encoded() const {
  if (jpeg) return encode_jpeg(image, {.quality = 85});
  if (alpha.pixels.empty()) return encode_png(image);
  RawPng png{.width = image.width, .height = image.height, .color_type = PNG_COLOR_TYPE_RGB_ALPHA};
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    png.samples.insert(png.samples.end(), image.pixels[i].begin(), image.pixels[i].end());
    png.samples.push_back(alpha.pixels[i]);
  }
  return encode_png(png);
}

}  // namespace mnist
