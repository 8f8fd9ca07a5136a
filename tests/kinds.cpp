#include "kinds.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "scene.hpp"

namespace mnist {
namespace {

KindPicture on_nothing(const MnistDigit& digit, const Colour& pen, Random& random) {
  const FloatImage ink = write_on_page(digit, 1.1, random);
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
