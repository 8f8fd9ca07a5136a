#pragma once

#include <cstdint>

namespace mnist {

/// What `--color` chooses.
enum class Color : std::uint8_t {
  kAuto,  ///< on a terminal that knows colours, unless $NO_COLOR is set (https://no-color.org)
  kAlways,
  kNever,
};

/// Whether `descriptor` is a terminal that a line can be drawn over on.
bool is_terminal(int descriptor);

/// Whether what goes to `descriptor` is to be coloured.
bool use_color(Color color, int descriptor);

}  // namespace mnist
