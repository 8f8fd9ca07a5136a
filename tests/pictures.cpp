#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mnist {

// The standard's distributions differ between libraries; these do not.
double uniform(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 11) * 0x1p-53;
}

double normal(Random& random) {
  const std::uint64_t bits = random();
  double sum = -2;
  for (int shift = 0; shift < 64; shift += 16) {
    sum += static_cast<double>(bits >> shift & 0xFFFF) / 0xFFFF;
  }
  return sum * std::numbers::sqrt3;
}

bool chance(Random& random, double share) { return uniform(random, 0, 1) < share; }

namespace {

constexpr int kSide = 28;

/// Catmull-Rom's weights of the four pixels around a point at `t` between the middle two.
std::array<double, 4> cubic_weights(double t) {
  return {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1,
          ((-1.5 * t + 2) * t + 0.5) * t, (0.5 * t - 0.5) * t * t};
}

/// The ink of a digit, in [0, 1], at a point in units of its pixels.
double ink_at(const GreyImage& digit, double x, double y) {
  const double left = std::floor(x - 0.5);
  const double top = std::floor(y - 0.5);
  const auto across = cubic_weights(x - 0.5 - left);
  const auto down = cubic_weights(y - 0.5 - top);
  double sum = 0;
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      const int column = static_cast<int>(left) + i - 1;
      const int row = static_cast<int>(top) + j - 1;
      if (column < 0 || column >= digit.width || row < 0 || row >= digit.height) continue;
      sum += across[static_cast<std::size_t>(i)] * down[static_cast<std::size_t>(j)] *
             digit.at(column, row);
    }
  }
  return std::clamp(sum / 255, 0.0, 1.0);
}

}  // namespace

void add_ink(FloatImage& canvas, const GreyImage& digit, double x, double y, double scale,
             double angle) {
  const double reach = scale * kSide * 0.75;
  const double sine = std::sin(angle) / scale;
  const double cosine = std::cos(angle) / scale;
  const auto begin = [reach](double at) { return std::max(static_cast<int>(at - reach), 0); };
  const auto end = [reach](double at, int size) {
    return std::min(static_cast<int>(at + reach) + 1, size);
  };
  for (int row = begin(y); row < end(y, canvas.height); ++row) {
    for (int column = begin(x); column < end(x, canvas.width); ++column) {
      const double dx = column + 0.5 - x;
      const double dy = row + 0.5 - y;
      const double ink = ink_at(digit, cosine * dx + sine * dy + kSide / 2.0,
                                cosine * dy - sine * dx + kSide / 2.0);
      canvas.at(column, row) = std::max(canvas.at(column, row), static_cast<float>(ink));
    }
  }
}

FloatImage smooth_noise(int width, int height, double cell, Random& random) {
  FloatImage knots(static_cast<int>(width / cell) + 2, static_cast<int>(height / cell) + 2);
  for (float& knot : knots.pixels) knot = static_cast<float>(normal(random));
  FloatImage noise(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int i = static_cast<int>(x / cell);
      const int j = static_cast<int>(y / cell);
      const auto u = static_cast<float>(x / cell - i);
      const auto v = static_cast<float>(y / cell - j);
      noise.at(x, y) = (1 - v) * ((1 - u) * knots.at(i, j) + u * knots.at(i + 1, j)) +
                       v * ((1 - u) * knots.at(i, j + 1) + u * knots.at(i + 1, j + 1));
    }
  }
  return noise;
}

namespace {

FloatImage texture_of_paper(int width, int height, Random& random) {
  FloatImage texture = smooth_noise(width, height, 1.5, random);  // fibres
  const FloatImage stains = smooth_noise(width, height, std::max(width, height) / 4.0, random);
  for (std::size_t i = 0; i < texture.pixels.size(); ++i) {
    texture.pixels[i] = 3 * texture.pixels[i] + 4 * stains.pixels[i];
  }
  return texture;
}

struct Colours {
  Rgb paper{0, 0, 0};
  Rgb pen{255, 255, 255};
};

Colours choose_colours(const PictureOptions& options, Random& random) {
  constexpr std::array<Rgb, 6> kDark{
      {{20, 20, 25}, {25, 45, 150}, {185, 30, 35}, {20, 105, 45}, {105, 105, 110}, {90, 30, 110}}};
  constexpr std::array<Rgb, 5> kLight{
      {{250, 250, 245}, {245, 230, 120}, {150, 200, 245}, {245, 170, 180}, {180, 180, 175}}};
  const bool dark_on_light = options.invert && chance(random, 0.5);
  Colours colours;
  if (dark_on_light) std::swap(colours.paper, colours.pen);
  if (options.paper) {
    const double level = dark_on_light ? uniform(random, 195, 250) : uniform(random, 10, 65);
    for (auto& value : colours.paper) {
      value = static_cast<std::uint8_t>(level + uniform(random, -10, 5));
    }
  }
  if (options.pen) {
    colours.pen = dark_on_light ? kDark[random() % kDark.size()] : kLight[random() % kLight.size()];
  }
  return colours;
}

/// How much light falls on each pixel, at most 1.
FloatImage light_on(int width, int height, Random& random) {
  const double angle = uniform(random, 0, 2 * std::numbers::pi);
  const double loss = uniform(random, 0.1, 0.55);
  FloatImage light(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double across = std::cos(angle) * ((x + 0.5) / width - 0.5);
      const double down = std::sin(angle) * ((y + 0.5) / height - 0.5);
      const double way = (across + down) / (std::abs(std::cos(angle)) + std::abs(std::sin(angle)));
      light.at(x, y) = static_cast<float>(1 - loss * (way + 0.5));
    }
  }
  return light;
}

double choose_angle(const PictureOptions& options, Random& random) {
  return options.rotate ? uniform(random, -10, 10) * std::numbers::pi / 180 : 0;
}

/// The columns of a digit that have ink.
std::pair<int, int> columns_of(const GreyImage& digit) {
  int left = digit.width;
  int right = 0;
  for (int y = 0; y < digit.height; ++y) {
    for (int x = 0; x < digit.width; ++x) {
      if (digit.at(x, y) == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x + 1);
    }
  }
  return {left, right};
}

}  // namespace

RgbImage photograph(const FloatImage& ink, const PictureOptions& options, Random& random) {
  const int width = ink.width;
  const int height = ink.height;
  const Colours colours = choose_colours(options, random);
  const FloatImage texture =
      options.paper ? texture_of_paper(width, height, random) : FloatImage(width, height);
  const FloatImage light =
      options.light ? light_on(width, height, random) : FloatImage(width, height, 1);
  const double noise = options.noise ? uniform(random, 2, 12) : 0;
  RgbImage picture(width, height);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const double paper = colours.paper[c] + texture.pixels[i];
      const double seen = light.pixels[i] * (paper + ink.pixels[i] * (colours.pen[c] - paper));
      const double value = seen + (noise > 0 ? noise * normal(random) : 0);
      picture.pixels[i][c] = static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
    }
  }
  return picture;
}

RgbImage draw_digit(const MnistDigit& digit, const PictureOptions& options, Random& random) {
  const double scale = uniform(random, 3, 20);
  const double side = scale * kSide;
  const double angle = choose_angle(options, random);
  const auto length = [&] {
    return static_cast<int>(std::lround(options.move ? side * uniform(random, 1.2, 2.5) : side));
  };
  FloatImage ink(length(), length());
  const auto middle = [&](int size) {
    return options.move ? uniform(random, side / 2, size - side / 2) : side / 2;
  };
  const double x = middle(ink.width);
  const double y = middle(ink.height);
  add_ink(ink, digit.image, x, y, scale, angle);
  return photograph(ink, options, random);
}

RgbImage draw_string(std::span<const MnistDigit> digits, const PictureOptions& options,
                     Random& random) {
  const double scale = uniform(random, 3, 10);
  const double margin = scale * uniform(random, 6, options.move ? 28 : 8);
  std::vector<double> middles;
  double right = margin;
  for (const MnistDigit& digit : digits) {
    const auto [begin, end] = columns_of(digit.image);
    // Turned, a digit may be wider by the sine of 10° times its height.
    const double turned = options.rotate ? 2 : 0;
    if (!middles.empty()) right += scale * (uniform(random, 4, 12) + 2 * turned);
    middles.push_back(right + scale * (kSide / 2.0 - begin));
    right += scale * (end - begin);
  }
  const double height = 2 * margin + 20 * scale;
  FloatImage ink(static_cast<int>(right + margin), static_cast<int>(height));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const double y = height / 2 + scale * uniform(random, -2, 2);
    add_ink(ink, digits[i].image, middles[i], y, scale, choose_angle(options, random));
  }
  return photograph(ink, options, random);
}

}  // namespace mnist
