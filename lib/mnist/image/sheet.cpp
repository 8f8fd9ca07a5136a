#include "mnist/image/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "mnist/image/components.hpp"
#include "mnist/image/edges.hpp"
#include "mnist/image/filters.hpp"
#include "mnist/image/masks.hpp"
#include "mnist/image/zones.hpp"

namespace mnist {
namespace {

double area_of(const Mask& mask) { return static_cast<double>(std::ranges::count(mask.pixels, 1)); }

/// The mean of the zone's pixels around each pixel of the image, near the zone; 0 far from it.
FloatImage level_of(const Mask& zone, const FloatImage& image, int radius) {
  FloatImage share(image.width, image.height);
  FloatImage level(image.width, image.height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    share.pixels[i] = zone.pixels[i];
    level.pixels[i] = static_cast<float>(zone.pixels[i]) * image.pixels[i];
  }
  share = box_mean(share, radius);
  level = box_mean(level, radius);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    constexpr float kNone = 1e-4F;
    level.pixels[i] = share.pixels[i] > kNone ? level.pixels[i] / share.pixels[i] : 0;
  }
  return level;
}

/// A zone with what it encloses.
struct Candidate {
  Mask zone;
  Mask hull;
  FloatImage level;  ///< of the zone
  float drawn_radius = 0;
};

/// The standard deviation of the zone from its level.
float noise_on(const Candidate& candidate, const FloatImage& image) {
  std::vector<float> deviations;
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    if (candidate.zone.pixels[i] == 0) continue;
    deviations.push_back(std::abs(image.pixels[i] - candidate.level.pixels[i]));
  }
  return standard_deviation_of_most(deviations);
}

/// What differs from the zone in its hull by more than `faintest`, its edge aside.
Mask drawing_on(const Candidate& candidate, const FloatImage& image, float faintest) {
  constexpr double kEdge = 0.05;  // of the sheet's side
  const FloatImage depth = distance_transform(candidate.hull);
  const auto edge = static_cast<float>(kEdge * std::sqrt(area_of(candidate.hull)));
  Mask drawing(image.width, image.height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    drawing.pixels[i] =
        depth.pixels[i] > edge && std::abs(image.pixels[i] - candidate.level.pixels[i]) > faintest;
  }
  return drawing;
}

int longest_side_of(const Mask& mask) {
  FloatImage ink(mask.width, mask.height);
  std::ranges::copy(mask.pixels, ink.pixels.begin());
  int longest = 0;
  for (const Component& part : find_components(ink, 1).list) {
    longest = std::max(longest, part.box.longest_side());
  }
  return longest;
}

bool has_drawing(Candidate& candidate, const FloatImage& image, float faintest) {
  constexpr double kSmallest = 0.08;  // of the sheet's side
  constexpr float kWidest = 0.4F;     // of the sheet's inscribed radius
  const Mask drawing =
      drawing_on(candidate, image, std::max(faintest, 5 * noise_on(candidate, image)));
  candidate.drawn_radius = inscribed_radius(drawing);
  return longest_side_of(drawing) >= kSmallest * std::sqrt(area_of(candidate.hull)) &&
         candidate.drawn_radius <= kWidest * inscribed_radius(candidate.hull);
}

/// Among dense lines that are as dark, the digit is what is wider than they are: it is searched on
/// the smooth image as well.
bool is_drawn_on(Candidate& candidate, const FloatImage& image, const FloatImage& smooth) {
  constexpr float kFaintest = 12;  // greys
  return has_drawing(candidate, image, kFaintest) ||
         has_drawing(candidate, smooth, std::max(kFaintest, noise_on(candidate, image)));
}

bool looks_like_a_sheet(const Mask& hull) {
  constexpr double kSolid = 0.85;
  constexpr double kQuadrilateral = 0.85;
  const HullShape shape = hull_shape(hull);
  return shape.solidity >= kSolid && shape.quadrilateral >= kQuadrilateral;
}

/// The sheets of a picture, none around another.
std::vector<Candidate> find_candidates(const FloatImage& image) {
  constexpr double kSmallest = 0.03;  // of the picture
  constexpr double kFewest = 400;     // pixels: fewer may be even by chance
  constexpr double kBay = 0.12;       // of the sheet's side: the radius of strokes at its edge
  const FloatImage smooth = without_thin_lines(image);
  const Components zones = find_zones(smooth);
  const double smallest = std::max(kSmallest * static_cast<double>(image.pixels.size()), kFewest);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < zones.list.size(); ++i) {
    if (zones.list[i].ink < smallest) continue;
    Candidate candidate{mask_of(zones, static_cast<int>(i)), {}, {}};
    candidate.hull = fill_holes(candidate.zone);
    const double side = std::sqrt(area_of(candidate.hull));
    candidate.hull = fill_bays(candidate.hull, static_cast<float>(kBay * side));
    if (!looks_like_a_sheet(candidate.hull)) continue;
    const int radius = std::max(zones.list[i].box.longest_side() / 4, 4);
    candidate.level = level_of(candidate.zone, image, radius);
    if (is_drawn_on(candidate, image, smooth)) candidates.push_back(std::move(candidate));
  }
  std::vector<Candidate> innermost;
  for (Candidate& candidate : candidates) {
    const bool outer = std::ranges::any_of(candidates, [&](const Candidate& other) {
      return &other != &candidate && !other.hull.pixels.empty() &&
             encloses(candidate.hull, other.hull);
    });
    if (!outer) innermost.push_back(candidate);
  }
  return innermost;
}

/// Whether the part has a good part of a side of the picture.
bool is_along_an_edge(const Mask& part) {
  constexpr double kShare = 0.4;
  const int right = part.width - 1;
  const int bottom = part.height - 1;
  int left_count = 0;
  int right_count = 0;
  for (int y = 0; y <= bottom; ++y) left_count += part.at(0, y), right_count += part.at(right, y);
  const auto row = [&](int y) { return std::count(part.row(y), part.row(y) + part.width, 1); };
  return std::max(left_count, right_count) > kShare * part.height ||
         static_cast<double>(std::max(row(0), row(bottom))) > kShare * part.width;
}

/// What is not in the sheets and not a stroke that runs over their edges: wide, or along the edge
/// of the picture.
Mask surroundings_of(const std::vector<Candidate>& sheets) {
  FloatImage outside(sheets.front().hull.width, sheets.front().hull.height, 1);
  float drawn_radius = 0;
  for (const Candidate& sheet : sheets) {
    drawn_radius = std::max(drawn_radius, sheet.drawn_radius);
    for (std::size_t i = 0; i < outside.pixels.size(); ++i) {
      if (sheet.hull.pixels[i] != 0) outside.pixels[i] = 0;
    }
  }
  const Components parts = find_components(outside, 1);
  Mask surroundings(outside.width, outside.height);
  for (std::size_t i = 0; i < parts.list.size(); ++i) {
    const Mask part = mask_of(parts, static_cast<int>(i));
    if (!is_along_an_edge(part) && inscribed_radius(part) <= 1.3F * drawn_radius + 2) continue;
    for (std::size_t k = 0; k < part.pixels.size(); ++k) surroundings.pixels[k] |= part.pixels[k];
  }
  return surroundings;
}

/// The level of the sheets, beyond them that of the nearest of their pixels.
FloatImage level_everywhere(const std::vector<Candidate>& sheets, const Mask& surroundings) {
  FloatImage level(surroundings.width, surroundings.height);
  Mask known(surroundings.width, surroundings.height);
  std::vector<std::pair<int, int>> front;
  for (int y = 0; y < level.height; ++y) {
    for (int x = 0; x < level.width; ++x) {
      for (const Candidate& sheet : sheets) {
        if (sheet.zone.at(x, y) == 0 || known.at(x, y) != 0) continue;
        level.at(x, y) = sheet.level.at(x, y);
        known.at(x, y) = 1;
        front.emplace_back(x, y);
      }
    }
  }
  for (std::size_t i = 0; i < front.size(); ++i) {  // breadth first
    const auto [x, y] = front[i];
    for (const auto& [dx, dy] : {std::pair(-1, 0), {1, 0}, {0, -1}, {0, 1}}) {
      const int to_x = x + dx;
      const int to_y = y + dy;
      if (to_x < 0 || to_x >= level.width || to_y < 0 || to_y >= level.height) continue;
      if (std::exchange(known.at(to_x, to_y), 1) != 0) continue;
      level.at(to_x, to_y) = level.at(x, y);
      front.emplace_back(to_x, to_y);
    }
  }
  return level;
}

/// The part of the picture that `box`, of its coarse image with a rim, stands for.
Box in_picture(const Box& box, int factor, const FloatImage& picture) {
  const auto at = [factor](int coarse, int size) {
    return std::clamp((coarse - kRim) * factor, 0, size);
  };
  return {at(box.left, picture.width), at(box.top, picture.height), at(box.right, picture.width),
          at(box.bottom, picture.height)};
}

Sheet whole(const FloatImage& picture) { return {{0, 0, picture.width, picture.height}, picture}; }

}  // namespace

Sheet find_sheet(const FloatImage& picture) {
  constexpr double kMostOfCrop = 0.5;  // less may be beside the ink where a digit fills the picture
  const auto [coarse, factor] = coarse_with_rim(picture);
  const std::vector<Candidate> sheets = find_candidates(coarse);
  if (sheets.empty()) return whole(picture);
  const Mask surroundings = surroundings_of(sheets);
  if (std::ranges::count(surroundings.pixels, 1) == 0) return whole(picture);
  double kept = 0;
  for (const Candidate& candidate : sheets) kept += area_of(candidate.hull);
  if (kept < kMostOfCrop * static_cast<double>(coarse.pixels.size()) && divide_edges(picture)) {
    return whole(picture);
  }
  const Box kept_box = box_around(surroundings, [](std::uint8_t value) { return value == 0; });
  Sheet sheet{in_picture(kept_box, factor, picture), {}};
  if (sheet.box.width() <= 0 || sheet.box.height() <= 0) return whole(picture);
  const FloatImage level = level_everywhere(sheets, surroundings);
  sheet.pixels = FloatImage(sheet.box.width(), sheet.box.height());
  for (int y = 0; y < sheet.pixels.height; ++y) {
    for (int x = 0; x < sheet.pixels.width; ++x) {
      const int coarse_x = (sheet.box.left + x) / factor + kRim;
      const int coarse_y = (sheet.box.top + y) / factor + kRim;
      sheet.pixels.at(x, y) = surroundings.at(coarse_x, coarse_y) != 0
                                  ? level.at(coarse_x, coarse_y)
                                  : picture.at(sheet.box.left + x, sheet.box.top + y);
    }
  }
  return sheet;
}

}  // namespace mnist
