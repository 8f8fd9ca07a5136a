#include "mnist/image/background.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

/// The middle of what is paper where a fifth of the picture is ink.
constexpr double kMiddleOfPaper = 0.4;

constexpr int kCoarseSide = 256;  // pixels: enough for a background, and soon done

FloatImage coarse(const FloatImage& image) {
  const int longest = std::max(image.width, image.height);
  return shrink(image, (longest + kCoarseSide - 1) / kCoarseSide);
}

constexpr float kWhite = 255;

float negative(float value) { return kWhite - value; }

/// The image with a margin: light that falls off towards an edge falls off further beyond it, by
/// point reflection, and what is not as light as the edge is not reflected.
FloatImage with_margin(const FloatImage& image, int margin) {
  const auto inside = [](int at, int size) { return std::clamp(at, 0, size - 1); };
  FloatImage padded(image.width + 2 * margin, image.height + 2 * margin);
  for (int y = 0; y < padded.height; ++y) {
    for (int x = 0; x < padded.width; ++x) {
      const int edge_x = inside(x - margin, image.width);
      const int edge_y = inside(y - margin, image.height);
      const int mirrored_x = inside(2 * edge_x - (x - margin), image.width);
      const int mirrored_y = inside(2 * edge_y - (y - margin), image.height);
      const float edge = image.at(edge_x, edge_y);
      padded.at(x, y) = std::min(2 * edge - image.at(mirrored_x, mirrored_y), edge);
    }
  }
  return padded;
}

FloatImage without_margin(const FloatImage& image, int margin) {
  FloatImage inner(image.width - 2 * margin, image.height - 2 * margin);
  for (int y = 0; y < inner.height; ++y) {
    std::copy_n(image.row(y + margin) + margin, inner.width, inner.row(y));
  }
  return inner;
}

template <typename Combine>
FloatImage combined(FloatImage a, const FloatImage& b, Combine combine) {
  std::ranges::transform(a.pixels, b.pixels, a.pixels.begin(), combine);
  return a;
}

}  // namespace

FloatImage estimate_background(const FloatImage& image) {
  const FloatImage small = coarse(image);
  const int radius = std::max(std::min(small.width, small.height) / 5, 1);
  FloatImage background =
      without_margin(closing(with_margin(box_mean(small, 1), radius), radius), radius);
  // The highest values of squares stand above the paper by its noise.
  const float noise = quantile(combined(background, small, std::minus<>()).pixels, kMiddleOfPaper);
  for (float& value : background.pixels) value -= noise;
  background = box_mean(background, 2);
  return resample(background, {0, 0, background.width, background.height}, image.width,
                  image.height);
}

FloatImage flatten_background(const FloatImage& image, Polarity polarity) {
  constexpr double kFullLight = 0.9;  // the share of the picture that it may fall on less
  const bool dark_ink = polarity == Polarity::kDarkOnLight;
  FloatImage paper = image;
  if (!dark_ink) std::ranges::transform(image.pixels, paper.pixels.begin(), negative);
  paper = estimate_background(paper);
  if (!dark_ink) {
    return combined(std::move(paper), image, [](float background, float value) {
      return (value - negative(background)) / kWhite;
    });
  }
  const float brightest = std::max(quantile(paper.pixels, kFullLight), 1.0F);
  return combined(std::move(paper), image, [brightest](float background, float value) {
    return (background - value) / kWhite * (brightest / std::max(background, brightest / 4));
  });
}

}  // namespace mnist
