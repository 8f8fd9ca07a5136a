#include "console/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mnist/error.hpp"

namespace mnist {
namespace {

std::string speaker;  // with ": ", or empty
bool shows_all = true;

}  // namespace

void speak_as(const std::string& who, bool leads) {
  speaker = who + ": ";
  shows_all = leads;
}

bool speaks() { return shows_all; }

bool is_terminal(int descriptor) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(descriptor) != 0 && terminal && std::string_view(terminal) != "dumb";
}

bool use_color(Color color, int descriptor) {
  if (color != Color::kAuto) return color == Color::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && !(no_color && *no_color);
}

bool use_utf8() {
  std::string locale;
  // The first of them that is set is the one that counts (POSIX, "Environment Variables").
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (locale.empty() && value) locale = value;
  }
  std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return std::tolower(c); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

void flush_stdout() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw Error("cannot write to the standard output");
  }
}

std::optional<int> terminal_columns(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

std::string error_line(std::string_view text) {
  std::string line = "mnist: ";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    line += control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return line + '\n';
}

void print_error(std::string_view text) {
  std::fputs(error_line(speaker + std::string(text)).c_str(), stderr);
}

}  // namespace mnist
