#include "mnist/image/masks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace mnist {
namespace {

struct Point {
  int x = 0;
  int y = 0;
};

/// Twice the area of the triangle, positive if it turns to the right on the screen.
double turn(Point a, Point b, Point c) {
  return static_cast<double>(b.x - a.x) * (c.y - a.y) -
         static_cast<double>(b.y - a.y) * (c.x - a.x);
}

/// Andrew's monotone chain, over the corners of the first and the last pixel of each row.
std::vector<Point> convex_hull(const Mask& region) {
  std::vector<Point> points;
  for (int y = 0; y < region.height; ++y) {
    const std::uint8_t* row = region.row(y);
    const std::uint8_t* end = row + region.width;
    const auto first = static_cast<int>(std::find(row, end, 1) - row);
    if (first == region.width) continue;
    int last = region.width - 1;
    while (row[last] == 0) --last;
    for (const int edge : {y, y + 1})
      points.insert(points.end(), {{first, edge}, {last + 1, edge}});
  }
  std::ranges::sort(points, {}, [](Point p) { return std::pair(p.x, p.y); });
  std::vector<Point> hull;
  const auto add = [&](Point point, std::size_t least) {
    while (hull.size() >= least + 2 && turn(hull[hull.size() - 2], hull.back(), point) <= 0) {
      hull.pop_back();
    }
    hull.push_back(point);
  };
  for (const Point point : points) add(point, 0);
  const std::size_t lower = hull.size() - std::min<std::size_t>(hull.size(), 1);
  for (std::size_t i = points.size(); i-- > 0;) add(points[i], lower);
  if (!hull.empty()) hull.pop_back();
  return hull;
}

double area_of(std::span<const Point> polygon) {
  double twice = 0;
  for (std::size_t i = 2; i < polygon.size(); ++i) {
    twice += turn(polygon[0], polygon[i - 1], polygon[i]);
  }
  return std::abs(twice) / 2;
}

/// The area of the two points that are farthest apart and the farthest to either side of them.
double area_of_corners(std::span<const Point> hull) {
  Point a;
  Point c;
  double farthest = -1;
  for (const Point p : hull) {
    for (const Point q : hull) {
      const double distance = std::hypot(p.x - q.x, p.y - q.y);
      if (distance > farthest) farthest = distance, a = p, c = q;
    }
  }
  double left = 0;
  double right = 0;
  for (const Point p : hull) {
    left = std::min(left, turn(a, c, p));
    right = std::max(right, turn(a, c, p));
  }
  return (right - left) / 2;
}

}  // namespace

FloatImage distance_transform(const Mask& region) {
  constexpr float kStep = 3;
  constexpr float kDiagonal = 4;
  constexpr float kFar = 1e9F;
  FloatImage distance(region.width, region.height);
  std::ranges::transform(region.pixels, distance.pixels.begin(),
                         [](std::uint8_t inside) { return inside ? kFar : 0; });
  const auto lower = [&](int x, int y, int dx, int dy, float by) {
    const int from_x = x + dx;
    const int from_y = y + dy;
    if (from_x < 0 || from_x >= region.width || from_y < 0 || from_y >= region.height) return;
    distance.at(x, y) = std::min(distance.at(x, y), distance.at(from_x, from_y) + by);
  };
  const auto pass = [&](int x, int y, int back) {
    if (distance.at(x, y) == 0) return;
    lower(x, y, back, 0, kStep);
    lower(x, y, 0, back, kStep);
    lower(x, y, back, back, kDiagonal);
    lower(x, y, -back, back, kDiagonal);
  };
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) pass(x, y, -1);
  }
  for (int y = region.height - 1; y >= 0; --y) {
    for (int x = region.width - 1; x >= 0; --x) pass(x, y, 1);
  }
  const auto most = static_cast<float>(std::max(region.width, region.height));
  for (float& value : distance.pixels) value = std::min(value / kStep, most);
  return distance;
}

FloatImage distance_to(const Mask& region) {
  Mask outside = region;
  for (std::uint8_t& value : outside.pixels) value = value == 0;
  return distance_transform(outside);
}

float inscribed_radius(const Mask& region) {
  const FloatImage distance = distance_transform(region);
  return distance.pixels.empty() ? 0 : *std::ranges::max_element(distance.pixels);
}

Mask fill_holes(const Mask& region) {
  Mask filled(region.width, region.height, 1);
  std::vector<Point> open;
  const auto visit = [&](int x, int y) {
    if (x < 0 || x >= region.width || y < 0 || y >= region.height) return;
    if (region.at(x, y) != 0 || filled.at(x, y) == 0) return;
    filled.at(x, y) = 0;
    open.push_back({x, y});
  };
  for (int x = 0; x < region.width; ++x) visit(x, 0), visit(x, region.height - 1);
  for (int y = 0; y < region.height; ++y) visit(0, y), visit(region.width - 1, y);
  while (!open.empty()) {
    const Point at = open.back();
    open.pop_back();
    visit(at.x - 1, at.y), visit(at.x + 1, at.y), visit(at.x, at.y - 1), visit(at.x, at.y + 1);
  }
  return filled;
}

Mask fill_bays(const Mask& region, float reach) {
  // With a border that stays outside, as what is open to the image's edge is no bay.
  Mask near(region.width + 2, region.height + 2);
  const FloatImage distance = distance_to(region);
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) near.at(x + 1, y + 1) = distance.at(x, y) <= reach;
  }
  const Mask filled = fill_holes(near);
  Mask closed_off(region.width, region.height);
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) {
      closed_off.at(x, y) = filled.at(x + 1, y + 1) != 0 && near.at(x + 1, y + 1) == 0;
    }
  }
  const FloatImage from_closed_off = distance_to(closed_off);
  Mask result = region;
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    if (from_closed_off.pixels[i] <= reach + 1) result.pixels[i] = 1;
  }
  return result;
}

HullShape hull_shape(const Mask& region) {
  const std::vector<Point> hull = convex_hull(region);
  const double area = area_of(hull);
  if (area == 0) return {};
  const auto pixels = static_cast<double>(std::ranges::count(region.pixels, 1));
  return {pixels / area, area_of_corners(hull) / area};
}

}  // namespace mnist
