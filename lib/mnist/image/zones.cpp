#include "mnist/image/zones.hpp"

#include <algorithm>
#include <cmath>

#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

/// With its edge pixels repeated around it.
FloatImage with_rim(const FloatImage& image) {
  FloatImage wide(image.width + 2 * kRim, image.height + 2 * kRim);
  for (int y = 0; y < wide.height; ++y) {
    for (int x = 0; x < wide.width; ++x) {
      wide.at(x, y) = image.at(std::clamp(x - kRim, 0, image.width - 1),
                               std::clamp(y - kRim, 0, image.height - 1));
    }
  }
  return wide;
}

}  // namespace

CoarseImage coarse_with_rim(const FloatImage& picture) {
  const int longest = std::max(picture.width, picture.height);
  const int factor = (longest + kCoarseZones - 1) / kCoarseZones;
  return {with_rim(shrink(picture, factor)), factor};
}

FloatImage without_thin_lines(const FloatImage& image) {
  constexpr int kRadius = 3;
  FloatImage result = closing(image, kRadius);
  for (float& value : result.pixels) value = -value;
  result = closing(result, kRadius);
  for (float& value : result.pixels) value = -value;
  return result;
}

Components find_zones(const FloatImage& image) {
  constexpr float kSlow = 3;  // greys a pixel
  FloatImage slope(image.width, image.height);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const float across =
          image.at(std::min(x + 1, image.width - 1), y) - image.at(std::max(x - 1, 0), y);
      const float down =
          image.at(x, std::min(y + 1, image.height - 1)) - image.at(x, std::max(y - 1, 0));
      slope.at(x, y) = std::hypot(across, down) / 2;
    }
  }
  const float most = std::max(kSlow, 3 * quantile(slope.pixels, 0.5));
  for (float& value : slope.pixels) value = value <= most ? 1 : 0;
  return find_components(slope, 1);
}

Mask mask_of(const Components& found, int label) {
  Mask mask(found.labels.width, found.labels.height);
  std::ranges::transform(found.labels.pixels, mask.pixels.begin(),
                         [label](int other) -> std::uint8_t { return other == label; });
  return mask;
}

}  // namespace mnist
