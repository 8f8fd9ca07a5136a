#include "mnist/image/masks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace mnist {
namespace {

struct Corner {
  int x = 0;
  int y = 0;
};

/// Twice the area of the triangle, positive if it turns to the right on the screen.
double turn(Corner a, Corner b, Corner c) {
  return static_cast<double>(b.x - a.x) * (c.y - a.y) -
         static_cast<double>(b.y - a.y) * (c.x - a.x);
}

/// Andrew's monotone chain, over the corners of the first and the last pixel of each row.
std::vector<Corner> convex_hull(const Mask& region) {
  std::vector<Corner> points;
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
  std::ranges::sort(points, {}, [](Corner p) { return std::pair(p.x, p.y); });
  std::vector<Corner> hull;
  const auto add = [&](Corner point, std::size_t least) {
    while (hull.size() >= least + 2 && turn(hull[hull.size() - 2], hull.back(), point) <= 0) {
      hull.pop_back();
    }
    hull.push_back(point);
  };
  for (const Corner point : points) add(point, 0);
  const std::size_t lower = hull.size() - std::min<std::size_t>(hull.size(), 1);
  for (std::size_t i = points.size(); i-- > 0;) add(points[i], lower);
  if (!hull.empty()) hull.pop_back();
  return hull;
}

double area_of(std::span<const Corner> polygon) {
  double twice = 0;
  for (std::size_t i = 2; i < polygon.size(); ++i) {
    twice += turn(polygon[0], polygon[i - 1], polygon[i]);
  }
  return std::abs(twice) / 2;
}

/// The area of the two points that are farthest apart and the farthest to either side of them.
double area_of_corners(std::span<const Corner> hull) {
  Corner a;
  Corner c;
  double farthest = -1;
  for (const Corner p : hull) {
    for (const Corner q : hull) {
      const double distance = std::hypot(p.x - q.x, p.y - q.y);
      if (distance > farthest) farthest = distance, a = p, c = q;
    }
  }
  double left = 0;
  double right = 0;
  for (const Corner p : hull) {
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
  std::vector<Corner> open;
  const auto visit = [&](int x, int y) {
    if (x < 0 || x >= region.width || y < 0 || y >= region.height) return;
    if (region.at(x, y) != 0 || filled.at(x, y) == 0) return;
    filled.at(x, y) = 0;
    open.push_back({x, y});
  };
  for (int x = 0; x < region.width; ++x) visit(x, 0), visit(x, region.height - 1);
  for (int y = 0; y < region.height; ++y) visit(0, y), visit(region.width - 1, y);
  while (!open.empty()) {
    const Corner at = open.back();
    open.pop_back();
    visit(at.x - 1, at.y), visit(at.x + 1, at.y), visit(at.x, at.y - 1), visit(at.x, at.y + 1);
  }
  return filled;
}

Mask fill_bays(const Mask& region, float reach) {
  const int margin = static_cast<int>(reach) + 2;  // what is beyond the image's edges is outside
  Mask wide(region.width + 2 * margin, region.height + 2 * margin);
  for (int y = 0; y < region.height; ++y) {
    std::copy_n(region.row(y), region.width, wide.row(y + margin) + margin);
  }
  Mask near(wide.width, wide.height);
  const auto is_near = [reach](float distance) -> std::uint8_t { return distance <= reach; };
  std::ranges::transform(distance_to(wide).pixels, near.pixels.begin(), is_near);
  const FloatImage depth = distance_transform(near);
  Mask result(region.width, region.height);
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) {
      result.at(x, y) = region.at(x, y) != 0 || depth.at(x + margin, y + margin) > reach + 0.5F;
    }
  }
  return fill_holes(result);
}

bool encloses(const Mask& outer, const Mask& inner) {
  for (std::size_t i = 0; i < outer.pixels.size(); ++i) {
    if (inner.pixels[i] != 0 && outer.pixels[i] == 0) return false;
  }
  return true;
}

HullShape hull_shape(const Mask& region) {
  const std::vector<Corner> hull = convex_hull(region);
  const double area = area_of(hull);
  if (area == 0) return {};
  const auto pixels = static_cast<double>(std::ranges::count(region.pixels, 1));
  return {pixels / area, area_of_corners(hull) / area};
}

}  // namespace mnist
