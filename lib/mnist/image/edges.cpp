#include "mnist/image/edges.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "mnist/image/filters.hpp"
#include "mnist/image/grey_classes.hpp"

namespace mnist {
namespace {

using Sides = std::array<std::vector<float>, 4>;

/// The means of the pixels along each side, as deep as a fiftieth of the picture is wide.
Sides sides_of(const FloatImage& image) {
  Sides sides;
  const auto add = [](std::vector<float>& side, const FloatImage& turned) {
    const int depth = std::max(std::min(turned.width, turned.height) / 50, 1);
    for (int y = 0; y < turned.height; ++y) {
      float sum = 0;
      for (int x = 0; x < depth; ++x) sum += turned.at(x, y);
      side.push_back(sum / static_cast<float>(depth));
    }
  };
  const auto mirrored = [](FloatImage turned) {
    for (int y = 0; y < turned.height; ++y) {
      std::reverse(turned.row(y), turned.row(y) + turned.width);
    }
    return turned;
  };
  add(sides[0], image);
  add(sides[1], mirrored(image));
  add(sides[2], transposed(image));
  add(sides[3], mirrored(transposed(image)));
  return sides;
}

/// Nothing if there is little contrast.
std::optional<EdgeDivision> divide(std::vector<float> values) {
  constexpr float kContrast = 50;  // greys
  std::ranges::sort(values);
  const GreyClasses classes = divide_greys(values, std::vector<double>(values.size(), 1));
  const auto dark = static_cast<float>(classes.dark);
  const auto light = static_cast<float>(classes.light);
  if (light - dark < kContrast) return std::nullopt;
  const std::size_t middle = classes.dark_greys;
  return EdgeDivision{(values[middle - 1] + values[middle]) / 2, dark, light,
                      classes.dark_count / static_cast<double>(values.size())};
}

/// The number of sides that some of the class are on.
int sides_with(const Sides& sides, const EdgeDivision& division, bool dark) {
  constexpr double kSome = 0.04;
  return static_cast<int>(std::ranges::count_if(sides, [&](const std::vector<float>& side) {
    const auto count = std::ranges::count_if(
        side, [&](float value) { return (value < division.threshold) == dark; });
    return static_cast<double>(count) > kSome * static_cast<double>(side.size());
  }));
}

/// Whether the greys of a side change by half of the contrast within a tenth of its length.
bool is_sharp(const Sides& sides, const EdgeDivision& division) {
  const float half = (division.light - division.dark) / 2;
  return std::ranges::any_of(sides, [half](const std::vector<float>& side) {
    const std::size_t step = std::max<std::size_t>(side.size() / 10, 2);
    for (std::size_t i = step; i < side.size(); ++i) {
      if (std::abs(side[i] - side[i - step]) > half) return true;
    }
    return false;
  });
}

/// How often the edges change from one class to the other, by as much as `well` beyond the
/// threshold.
int changes_of(const Sides& sides, const EdgeDivision& division, float well) {
  int changes = 0;
  for (const auto& side : sides) {
    bool is_dark = side.front() < division.threshold;
    for (const float value : side) {
      if (is_dark ? value < division.threshold + well : value > division.threshold - well) continue;
      is_dark = !is_dark;
      ++changes;
    }
  }
  return changes;
}

}  // namespace

std::optional<EdgeDivision> divide_edges(const FloatImage& image) {
  const Sides sides = sides_of(image);
  std::vector<float> all;
  for (const auto& side : sides) all.insert(all.end(), side.begin(), side.end());
  auto division = divide(std::move(all));
  if (!division || !is_sharp(sides, *division) || sides_with(sides, *division, true) < 3 ||
      sides_with(sides, *division, false) < 3) {
    return std::nullopt;
  }
  constexpr int kFewestChanges = 3;  // the edge of a shadow makes two
  constexpr int kMostChanges = 24;   // more than strokes make: noise
  const float contrast = division->light - division->dark;
  if (changes_of(sides, *division, contrast / 4) < kFewestChanges ||
      changes_of(sides, *division, 0) > kMostChanges) {
    return std::nullopt;
  }
  return division;
}

}  // namespace mnist
