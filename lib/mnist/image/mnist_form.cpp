#include "mnist/image/mnist_form.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

/// The middle of MNIST's images is the centre of the pixel (14, 14): the means of x and y weighted
/// by ink are between 13.48 and 14.50 in all 70,000.
constexpr double kMiddle = kMnistSide / 2.0;

/// Strokes are prepared finer than MNIST's pixels, so that their edges are anti-aliased.
constexpr int kFineness = 4;

struct Centre {
  double x = 0;
  double y = 0;
};

Centre centre_of_mass(const FloatImage& ink) {
  double sum = 0;
  Centre centre;
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      const double value = ink.at(x, y);
      sum += value;
      centre.x += value * x;
      centre.y += value * y;
    }
  }
  if (sum == 0) return {(ink.width - 1) / 2.0, (ink.height - 1) / 2.0};
  return {centre.x / sum, centre.y / sum};
}

bool has_mnist_form(const FloatImage& ink) {
  constexpr float kFaintest = 16 / 255.0F;  // below it may be JPEG's artefacts
  constexpr float kFullInk = 240 / 255.0F;
  if (*std::ranges::max_element(ink.pixels) < kFullInk) return false;
  const Box box = box_around(ink, [](float value) { return value >= kFaintest; });
  if (std::abs(box.longest_side() - kDigitSide) > 2) return false;
  const Centre centre = centre_of_mass(ink);
  return std::abs(centre.x - kMiddle) <= 1 && std::abs(centre.y - kMiddle) <= 1;
}

/// The width of the lines in pixels: twice their area through the length of their edges.
double line_width(const FloatImage& ink) {
  double area = 0;
  double edge = 0;
  for (int y = 0; y + 1 < ink.height; ++y) {
    for (int x = 0; x + 1 < ink.width; ++x) {
      area += ink.at(x, y);
      edge += std::hypot(ink.at(x + 1, y) - ink.at(x, y), ink.at(x, y + 1) - ink.at(x, y));
    }
  }
  return edge > 0 ? 2 * area / edge : 0;
}

FloatImage widened(const FloatImage& ink, double radius) {
  const int reach = static_cast<int>(std::ceil(radius));
  FloatImage wide(ink.width, ink.height);
  for (int y = 0; y < ink.height; ++y) {
    for (int x = 0; x < ink.width; ++x) {
      float most = 0;
      for (int dy = std::max(-reach, -y); dy <= std::min(reach, ink.height - 1 - y); ++dy) {
        for (int dx = std::max(-reach, -x); dx <= std::min(reach, ink.width - 1 - x); ++dx) {
          if (std::hypot(dx, dy) <= radius) most = std::max(most, ink.at(x + dx, y + dy));
        }
      }
      wide.at(x, y) = most;
    }
  }
  return wide;
}

/// Makes the edges of strokes sharp again.
void sharpen(FloatImage& ink) {
  constexpr float kEdge = 0.45F;
  constexpr float kSteepness = 2;
  for (float& value : ink.pixels) {
    value = std::clamp((value - kEdge) * kSteepness + 0.5F, 0.0F, 1.0F);
  }
}

/// The digit in the middle of kDigitSide · kFineness pixels square.
FloatImage fine_digit(const FloatImage& ink, const Box& box) {
  constexpr int kSide = kDigitSide * kFineness;
  const double scale = static_cast<double>(kSide) / box.longest_side();
  const int width = std::max(static_cast<int>(std::lround(box.width() * scale)), 1);
  const int height = std::max(static_cast<int>(std::lround(box.height() * scale)), 1);
  const FloatImage scaled = resample(ink, box, width, height);
  FloatImage square(kSide, kSide);
  for (int y = 0; y < height; ++y) {
    std::copy_n(scaled.row(y), width, square.row(y + (kSide - height) / 2) + (kSide - width) / 2);
  }
  return square;
}

MnistPixels centred(const FloatImage& digit) {
  const Centre centre = centre_of_mass(digit);
  const auto offset = [](double middle) {
    return std::clamp(static_cast<int>(std::lround(kMiddle - middle)), 0, kMnistSide - kDigitSide);
  };
  const int left = offset(centre.x);
  const int top = offset(centre.y);
  MnistPixels pixels{};
  for (int y = 0; y < digit.height; ++y) {
    const auto row = static_cast<std::size_t>(top + y) * kMnistSide;
    std::copy_n(digit.row(y), digit.width, &pixels[row + static_cast<std::size_t>(left)]);
  }
  return pixels;
}

}  // namespace

std::optional<MnistForm> mnist_form(const GreyImage& image) {
  if (image.width != kMnistSide || image.height != kMnistSide) return std::nullopt;
  for (const Polarity polarity : {Polarity::kLightOnDark, Polarity::kDarkOnLight}) {
    FloatImage ink(kMnistSide, kMnistSide);
    std::ranges::transform(image.pixels, ink.pixels.begin(), [&](int value) {
      return static_cast<float>(polarity == Polarity::kLightOnDark ? value : 255 - value) / 255;
    });
    if (!has_mnist_form(ink)) continue;
    MnistForm form{polarity, {}};
    std::ranges::copy(ink.pixels, form.pixels.begin());
    return form;
  }
  return std::nullopt;
}

MnistPixels fit_to_mnist(const FloatImage& ink, const Box& box) {
  constexpr double kThinnestLine = 1.6 * kFineness;
  FloatImage digit = fine_digit(ink, box);
  sharpen(digit);
  const double missing = kThinnestLine - line_width(digit);
  if (missing > 1) digit = widened(digit, missing / 2);
  return centred(shrink(digit, kFineness));
}

}  // namespace mnist
