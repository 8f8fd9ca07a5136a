#include "console/steps.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "console/drawing.hpp"
#include "console/terminal.hpp"
#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

/// Not larger than it was, and at most `side` pixels wide and high.
FloatImage fitted(const FloatImage& image, int side) {
  const double scale =
      std::min(1.0, static_cast<double>(side) / std::max(image.width, image.height));
  const auto scaled = [scale](int length) {
    return std::max(static_cast<int>(std::lround(length * scale)), 1);
  };
  FloatImage small =
      resample(image, {0, 0, image.width, image.height}, scaled(image.width), scaled(image.height));
  for (float& value : small.pixels) value = std::clamp(value, 0.0F, 1.0F);
  return small;
}

}  // namespace

std::string steps_text(const std::string& file, const std::vector<PreparationStep>& steps,
                       bool color) {
  constexpr int kLargest = 64;  // pixels: a drawing and the next one's name fit on a screen
  constexpr int kUsual = 80;    // columns, where there is no terminal to ask
  const int columns = terminal_columns(STDOUT_FILENO).value_or(kUsual);
  const int side = std::clamp(color ? columns : columns / 2, 1, kLargest);
  std::string text;
  for (const PreparationStep& step : steps) {
    text += fmt::format("{}, {}:\n{}", file, step.name, drawing(fitted(step.pixels, side), color));
  }
  return text;
}

}  // namespace mnist
