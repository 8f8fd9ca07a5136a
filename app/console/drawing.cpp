#include "console/drawing.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace mnist {
namespace {

constexpr std::size_t kSide = 28;
constexpr std::string_view kInks = " .:-=+*#%@";

/// The index, from 0, of `value` among `steps` equal steps of [0, 1].
int step_of(float value, int steps) {
  return static_cast<int>(std::lround(value * static_cast<float>(steps - 1)));
}

/// Greys 232 to 255 of the 256-colour palette go from black to white.
int grey(float value) { return 232 + step_of(value, 24); }

}  // namespace

std::string drawing(std::span<const float> pixels, bool color) {
  std::string text;
  for (std::size_t y = 0; y < kSide; y += color ? 2 : 1) {
    for (std::size_t x = 0; x < kSide; ++x) {
      const float value = pixels[y * kSide + x];
      if (color) {
        text +=
            fmt::format("\033[38;5;{};48;5;{}m▀", grey(value), grey(pixels[(y + 1) * kSide + x]));
      } else {
        text.append(2, kInks[static_cast<std::size_t>(step_of(value, kInks.size()))]);
      }
    }
    text += color ? "\033[0m\n" : "\n";
  }
  return text;
}

}  // namespace mnist
