#include "mnist/image/tight_crop.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "mnist/image/filters.hpp"

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

/// Two greys that values are sharply divided into.
struct Division {
  float threshold = 0;
  float dark = 0;
  float light = 0;
  double dark_share = 0;
};

/// Otsu's threshold, if the variance between the classes is nearly all there is.
std::optional<Division> divide(std::vector<float> values) {
  constexpr double kSharp = 0.85;  // 0.75 for a slope
  constexpr float kContrast = 50;  // greys
  std::ranges::sort(values);
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  double squares = 0;
  for (const float value : values) sum += value, squares += value * value;
  double best = 0;
  double below = 0;
  Division division;
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    below += values[i];
    const double n = static_cast<double>(i) + 1;
    const double dark = below / n;
    const double light = (sum - below) / (count - n);
    const double between = n * (count - n) * (light - dark) * (light - dark) / (count * count);
    if (between <= best) continue;
    best = between;
    division = {(values[i] + values[i + 1]) / 2, static_cast<float>(dark),
                static_cast<float>(light), n / count};
  }
  const double variance = squares / count - sum / count * (sum / count);
  if (best < kSharp * variance || division.light - division.dark < kContrast) return std::nullopt;
  return division;
}

/// The number of sides that some of the class are on.
int sides_with(const Sides& sides, const Division& division, bool dark) {
  constexpr double kSome = 0.04;
  return static_cast<int>(std::ranges::count_if(sides, [&](const std::vector<float>& side) {
    const auto count = std::ranges::count_if(
        side, [&](float value) { return (value < division.threshold) == dark; });
    return static_cast<double>(count) > kSome * static_cast<double>(side.size());
  }));
}

}  // namespace

Sheet open_tight_crop(Sheet sheet) {
  const FloatImage& image = sheet.pixels;
  const Sides sides = sides_of(image);
  std::vector<float> all;
  for (const auto& side : sides) all.insert(all.end(), side.begin(), side.end());
  const auto division = divide(std::move(all));
  if (!division || sides_with(sides, *division, true) < 3 ||
      sides_with(sides, *division, false) < 3) {
    return sheet;
  }
  const int right = image.width - 1;
  const int bottom = image.height - 1;
  double dark_corners = 0;
  for (const float corner :
       {image.at(0, 0), image.at(right, 0), image.at(0, bottom), image.at(right, bottom)}) {
    dark_corners += corner < division->threshold ? 0.25 : 0;
  }
  // The digit leaves most of the edge to what it is on, and the more so the corners.
  const bool on_dark = division->dark_share + dark_corners > 1;
  const int margin = std::max(image.width, image.height) / 3;
  FloatImage wide(image.width + 2 * margin, image.height + 2 * margin,
                  on_dark ? division->dark : division->light);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.row(y), image.width, wide.row(y + margin) + margin);
  }
  const Box& box = sheet.box;
  return {{box.left - margin, box.top - margin, box.right + margin, box.bottom + margin},
          std::move(wide)};
}

}  // namespace mnist
