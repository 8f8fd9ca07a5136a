#include "pen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace mnist {
namespace {

struct Point {
  double x = 0;  // 0 to 0.6 from the left
  double y = 0;  // 0 to 1 from the top
};
using Stroke = std::vector<Point>;

/// The points that each stroke's curve goes through. A point given twice makes a corner.
const std::array<std::vector<Stroke>, 10> kDigits{{
    {{{.34, 0},
      {.12, .12},
      {.02, .5},
      {.12, .9},
      {.3, 1},
      {.5, .88},
      {.6, .5},
      {.5, .1},
      {.34, 0}}},
    {{{.2, .16}, {.36, 0}, {.36, 0}, {.32, .5}, {.3, 1}}},
    {{{.04, .2},
      {.16, .03},
      {.36, 0},
      {.54, .12},
      {.5, .38},
      {.28, .66},
      {.02, .97},
      {.02, .97},
      {.2, .95},
      {.6, .97}}},
    {{{.06, .1},
      {.24, 0},
      {.46, .04},
      {.52, .24},
      {.4, .42},
      {.24, .46},
      {.24, .46},
      {.46, .52},
      {.58, .74},
      {.44, .95},
      {.22, 1},
      {.02, .88}}},
    {{{.2, 0}, {.12, .3}, {.04, .58}, {.04, .58}, {.3, .57}, {.6, .54}},
     {{.46, .2}, {.42, .6}, {.38, 1}}},
    {{{.12, .03},
      {.1, .22},
      {.07, .46},
      {.07, .46},
      {.26, .4},
      {.48, .46},
      {.56, .68},
      {.44, .92},
      {.22, 1},
      {.02, .92}},
     {{.12, .03}, {.34, .04}, {.56, .02}}},
    {{{.46, 0},
      {.22, .18},
      {.06, .5},
      {.06, .82},
      {.24, 1},
      {.46, .94},
      {.56, .74},
      {.44, .55},
      {.24, .56},
      {.07, .76}}},
    {{{.02, .06}, {.28, .05}, {.58, .03}, {.58, .03}, {.4, .42}, {.24, 1}}},
    {{{.52, .12},
      {.34, 0},
      {.12, .08},
      {.1, .28},
      {.3, .46},
      {.52, .64},
      {.54, .88},
      {.32, 1},
      {.1, .92},
      {.08, .7},
      {.3, .48},
      {.5, .3},
      {.52, .12}}},
    {{{.52, .14},
      {.36, 0},
      {.14, .06},
      {.06, .28},
      {.18, .48},
      {.38, .46},
      {.52, .2},
      {.52, .14},
      {.5, .5},
      {.42, 1}}},
}};

/// Many points along the Catmull-Rom curve through the points of a stroke.
Stroke curve(const Stroke& stroke) {
  constexpr int kSteps = 16;
  Stroke points;
  for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
    const Point& a = stroke[i == 0 ? 0 : i - 1];
    const Point& b = stroke[i];
    const Point& c = stroke[i + 1];
    const Point& d = stroke[std::min(i + 2, stroke.size() - 1)];
    for (int step = 0; step <= kSteps; ++step) {
      const double t = static_cast<double>(step) / kSteps;
      const auto blend = [t](double p, double q, double r, double s) {
        return q + t / 2 * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      };
      points.push_back({blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)});
    }
  }
  return points;
}

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double along =
      length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

void draw_segment(FloatImage& canvas, Point a, Point b, double width) {
  const double reach = width / 2 + 1;
  const auto begin = [](double from) { return std::max(static_cast<int>(std::floor(from)), 0); };
  const int right = std::min(static_cast<int>(std::max(a.x, b.x) + reach) + 1, canvas.width);
  const int bottom = std::min(static_cast<int>(std::max(a.y, b.y) + reach) + 1, canvas.height);
  for (int y = begin(std::min(a.y, b.y) - reach); y < bottom; ++y) {
    for (int x = begin(std::min(a.x, b.x) - reach); x < right; ++x) {
      const double distance = distance_to_segment({x + 0.5, y + 0.5}, a, b);
      const auto ink = static_cast<float>(std::clamp(width / 2 + 0.5 - distance, 0.0, 1.0));
      canvas.at(x, y) = std::max(canvas.at(x, y), ink);
    }
  }
}

}  // namespace

void write_digit(FloatImage& canvas, int digit, double x, double y, double height, const Pen& pen) {
  const auto placed = [&](Point point) {
    return Point{x + height * (point.x + pen.slant * (1 - point.y)), y + height * point.y};
  };
  for (const Stroke& stroke : kDigits.at(static_cast<std::size_t>(digit))) {
    const Stroke points = curve(stroke);
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      draw_segment(canvas, placed(points[i]), placed(points[i + 1]), pen.width);
    }
  }
}

GreyImage on_paper(const FloatImage& ink, double paper, double pen) {
  GreyImage picture(ink.width, ink.height);
  std::transform(ink.pixels.begin(), ink.pixels.end(), picture.pixels.begin(), [&](float value) {
    return static_cast<std::uint8_t>(std::lround(paper + (pen - paper) * value));
  });
  return picture;
}

}  // namespace mnist
