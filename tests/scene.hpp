#pragma once

#include <array>
#include <functional>

#include "pictures.hpp"

namespace mnist {

using Colour = std::array<double, 3>;
/// What a camera or a scanner is in front of.
using Scene = Image<Colour>;

template <typename Change>
void each_pixel(Scene& scene, Change change) {
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) change(scene.at(x, y), x, y);
  }
}

Colour grey_of(double value);
/// The colour, lighter or darker by up to `by`.
Colour about(Colour colour, double by, Random& random);
void blend(Colour& colour, const Colour& over, double share);
/// How opaque a line is at a point, at a distance from its middle: anti-aliased.
double covered(double distance, double width);

struct Page {
  Colour paper = grey_of(244);
  Colour pen = grey_of(40);
  double room = 1.4;      ///< the side of the page in those of the digit's 28×28, at least
  double opacity = 1;     ///< of the pen
  bool unevenly = false;  ///< the pen leaves out spots, as pencils and chalk do
};

/// A digit written on a page, anywhere on it, turned by up to 8°; `room` as in `Page`.
FloatImage write_on_page(const MnistDigit& digit, double room, Random& random);
/// Where the paper is drawn on before the pen comes: `prepare` may rule it.
Scene draw_page(
    const MnistDigit& digit, const Page& page, Random& random,
    const std::function<void(Scene&)>& prepare = [](Scene&) {});
/// Cut to the box of what differs from the paper by half of the pen, or nearly.
Scene cut_to_digit(const MnistDigit& digit, const Colour& paper, const Colour& pen, Random& random);

/// Parallel lines, `gap` apart, at an angle to the horizontal (or vertical).
void rule(Scene& scene, double gap, double width, double angle, bool upright, const Colour& colour,
          Random& random);
/// A page with ruled lines, or squares.
Scene on_lines(const MnistDigit& digit, const Colour& lines, bool squares, Random& random);
void draw_frame(Scene& scene, double inset, double width, const Colour& colour);

/// The page with about `margin` pixels of a desk around it, turned by up to `turn` degrees.
Scene on_desk(const Scene& page, double margin, const Colour& desk, Random& random, double turn = 0,
              double grain = 0);
/// Seen from an angle: one side is shorter, on the desk.
Scene in_perspective(const Scene& page, const Colour& desk, Random& random);
void draw_thumb(Scene& scene, Random& random);

/// A shadow with an edge.
void cast_shadow(Scene& scene, Random& random);
/// Light that falls off across the scene, down to `darkest`.
void shade_evenly(Scene& scene, double darkest, Random& random);
void crumple(Scene& scene, Random& random);

/// The picture that is taken of the scene.
RgbImage seen(const Scene& scene, double noise, Random& random);

}  // namespace mnist
