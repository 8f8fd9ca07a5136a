#include "console/terminal.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace mnist {

bool is_terminal(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) != 0 && terminal && std::string_view(terminal) != "dumb";
}

bool use_color(Color color, int descriptor) {
  if (color != Color::kAuto) return color == Color::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && !(no_color && *no_color);
}

}  // namespace mnist
