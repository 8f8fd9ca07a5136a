#include "console/drawing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace mnist {
namespace {

constexpr std::string_view kInks = " .:-=+*#%@";

/// The index, from 0, of `value` among `steps` equal steps of [0, 1].
int step_of(float value, int steps) {
  return static_cast<int>(std::lround(value * static_cast<float>(steps - 1)));
}

/// Greys 232 to 255 of the 256-colour palette go from black to white.
int grey(float value) { return 232 + step_of(value, 24); }

}  // namespace

std::string drawing(const FloatImage& image, bool color) {
  std::string text;
  for (int y = 0; y < image.height; y += color ? 2 : 1) {
    for (int x = 0; x < image.width; ++x) {
      const float value = image.at(x, y);
      if (color) {
        const float below = y + 1 < image.height ? image.at(x, y + 1) : 0;
        text += fmt::format("\033[38;5;{};48;5;{}m▀", grey(value), grey(below));
      } else {
        text.append(2, kInks[static_cast<std::size_t>(step_of(value, kInks.size()))]);
      }
    }
    text += color ? "\033[0m\n" : "\n";
  }
  return text;
}

}  // namespace mnist
