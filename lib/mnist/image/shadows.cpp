#include "mnist/image/shadows.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>
#include <vector>

#include "mnist/image/filters.hpp"
#include "mnist/image/zones.hpp"

namespace mnist {
namespace {

/// The points with x · cosine + y · sine = offset.
struct Edge {
  double cosine = 0;
  double sine = 0;
  double offset = 0;

  double distance(double x, double y) const { return x * cosine + y * sine - offset; }
};

using Points = std::vector<std::pair<double, double>>;

Points points_near(const Mask& a, const Mask& b, float reach) {
  const FloatImage to_a = distance_to(a);
  const FloatImage to_b = distance_to(b);
  Points points;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      if (to_a.at(x, y) <= reach && to_b.at(x, y) <= reach) points.emplace_back(x, y);
    }
  }
  return points;
}

/// A line through points, and how they lie about it.
struct Fit {
  Edge edge;
  double across = 0;  ///< the standard deviation
  double length = 0;  ///< of what is spread evenly along the line with the deviation they have
};

/// Total least squares.
Fit fit_line(const Points& points) {
  const auto n = static_cast<double>(points.size());
  double x_sum = 0;
  double y_sum = 0;
  for (const auto& [x, y] : points) x_sum += x, y_sum += y;
  double xx = 0;
  double yy = 0;
  double xy = 0;
  for (const auto& [x, y] : points) {
    const double dx = x - x_sum / n;
    const double dy = y - y_sum / n;
    xx += dx * dx / n, yy += dy * dy / n, xy += dx * dy / n;
  }
  const double root = std::hypot((xx - yy) / 2, xy);
  const double angle = (std::atan2(2 * xy, xx - yy) + std::numbers::pi) / 2;
  Edge edge{std::cos(angle), std::sin(angle), 0};
  edge.offset = edge.distance(x_sum / n, y_sum / n);
  return {edge, std::sqrt(std::max((xx + yy) / 2 - root, 0.0)),
          std::sqrt(12 * ((xx + yy) / 2 + root))};
}

/// How long a line is within an image: the area of a band about it, one pixel wide.
double length_in(const Edge& edge, const Mask& image) {
  double length = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) length += std::abs(edge.distance(x, y)) <= 0.5;
  }
  return length;
}

/// The line that most of the pixels near both zones are on.
std::optional<Edge> fit_edge(const Mask& a, const Mask& b) {
  constexpr float kNear = 6;         // pixels
  constexpr double kStraight = 3.2;  // pixels; the deviation of the band alone is about 2.5
  constexpr double kMost = 0.7;
  constexpr double kWhole = 0.8;
  Points points = points_near(a, b, kNear);
  const auto all = static_cast<double>(points.size());
  if (points.empty()) return std::nullopt;
  for (int i = 0; i < 3; ++i) {  // without what strokes on the edge bring in
    const Fit fit = fit_line(points);
    const double reach = std::max(1.8 * fit.across, double{kNear});
    std::erase_if(points, [&](const auto& point) {
      return std::abs(fit.edge.distance(point.first, point.second)) > reach;
    });
  }
  const Fit fit = fit_line(points);
  const bool is_edge = static_cast<double>(points.size()) >= kMost * all &&
                       fit.across <= kStraight && fit.length >= std::min(a.width, a.height) / 3.0 &&
                       fit.length >= kWhole * length_in(fit.edge, a);
  return is_edge ? std::optional(fit.edge) : std::nullopt;
}

/// The share of the zone's pixels where the distance from the edge is positive.
double share_beyond(const Edge& edge, const Mask& zone) {
  double beyond = 0;
  double count = 0;
  for (int y = 0; y < zone.height; ++y) {
    for (int x = 0; x < zone.width; ++x) {
      if (zone.at(x, y) == 0) continue;
      ++count;
      beyond += edge.distance(x, y) > 0;
    }
  }
  return beyond / count;
}

/// The edge between two zones that are on either side of it.
std::optional<Edge> edge_between(const Mask& a, const Mask& b) {
  constexpr double kAll = 0.98;
  const auto edge = fit_edge(a, b);
  if (!edge) return std::nullopt;
  const double a_beyond = share_beyond(*edge, a);
  const double b_beyond = share_beyond(*edge, b);
  const bool apart =
      (a_beyond > kAll && b_beyond < 1 - kAll) || (b_beyond > kAll && a_beyond < 1 - kAll);
  return apart ? edge : std::nullopt;
}

/// How light it is at each distance from an edge, −reach to reach pixels: the median of what is
/// there, which few strokes do not change.
std::vector<float> profile_of(const Edge& edge, const FloatImage& picture, int reach) {
  std::vector<std::vector<float>> values(2 * static_cast<std::size_t>(reach) + 1);
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const long distance = std::lround(edge.distance(x, y));
      if (std::abs(distance) > reach) continue;
      values[static_cast<std::size_t>(distance + reach)].push_back(picture.at(x, y));
    }
  }
  std::vector<float> profile;
  for (const auto& at : values) {
    profile.push_back(at.empty() ? (profile.empty() ? 1 : profile.back()) : quantile(at, 0.5));
  }
  return profile;
}

/// Whether that was a shadow.
bool even_out(const Edge& edge, int reach, FloatImage& picture) {
  constexpr float kDeepest = 0.3F;
  constexpr float kFaintest = 0.93F;
  const std::vector<float> profile = profile_of(edge, picture, reach);
  const float lit = std::max(profile.front(), profile.back());
  const float depth = std::min(profile.front(), profile.back()) / std::max(lit, 1.0F);
  if (depth < kDeepest || depth > kFaintest) return false;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double distance = std::clamp<double>(edge.distance(x, y), -reach, reach);
      const double at = distance + reach;
      const auto below = std::min(static_cast<std::size_t>(at), profile.size() - 2);
      const auto share = static_cast<float>(at - static_cast<double>(below));
      const float light = profile[below] * (1 - share) + profile[below + 1] * share;
      picture.at(x, y) = std::min(picture.at(x, y) * lit / std::max(light, kDeepest * lit), 255.0F);
    }
  }
  return true;
}

/// As `edge`, in the picture's pixels, found on its coarse image.
Edge in_picture(const Edge& edge, int factor) {
  // The middle of a coarse pixel is factor · (x + 1/2) − 1/2, the rim aside.
  const double shift = kRim - 0.5 + 0.5 / factor;
  return {edge.cosine, edge.sine, factor * (edge.offset - shift * (edge.cosine + edge.sine))};
}

}  // namespace

FloatImage even_out_shadows(FloatImage picture) {
  constexpr double kSmallest = 0.06;  // of the picture
  constexpr int kPenumbra = 4;        // coarse pixels, to either side
  const auto [coarse, factor] = coarse_with_rim(picture);
  const Components zones = find_zones(without_thin_lines(coarse));
  std::vector<Mask> large;
  for (std::size_t i = 0; i < zones.list.size(); ++i) {
    if (zones.list[i].ink < kSmallest * static_cast<double>(coarse.pixels.size())) continue;
    large.push_back(mask_of(zones, static_cast<int>(i)));
  }
  for (std::size_t i = 0; i < large.size(); ++i) {
    for (std::size_t j = i + 1; j < large.size(); ++j) {
      const auto edge = edge_between(large[i], large[j]);
      if (edge && even_out(in_picture(*edge, factor), kPenumbra * factor, picture)) return picture;
    }
  }
  return picture;
}

}  // namespace mnist
