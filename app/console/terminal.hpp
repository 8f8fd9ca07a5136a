#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

/// Whether what is shown may have characters beyond ASCII, as $LC_ALL, $LC_CTYPE or $LANG has it.
bool use_utf8();

/// Makes this one of several processes that do one work: its errors say which it is, "rank 1 on
/// node2", and unless it `leads` nothing else is shown.
void speak_as(const std::string& who, bool leads);

/// Whether anything but errors is shown.
bool speaks();

/// Prints results, to stdout. What cannot be written shows in `flush_stdout`.
template <typename... Args>
void print_stdout(fmt::format_string<Args...> format, Args&&... args) {
  if (speaks()) std::fputs(fmt::format(format, std::forward<Args>(args)...).c_str(), stdout);
}

/// What could not be written to stdout may only show when its buffer is emptied: throws `Error`
/// then.
void flush_stdout();

/// Prints progress and diagnostics, to stderr. Where that cannot be written to, the work goes on
/// without them.
template <typename... Args>
void print_stderr(fmt::format_string<Args...> format, Args&&... args) {
  if (speaks()) std::fputs(fmt::format(format, std::forward<Args>(args)...).c_str(), stderr);
}

/// How many columns a terminal has; nothing where this is none, or does not say.
std::optional<int> terminal_columns(int descriptor);

/// The line "mnist: …" that says what went wrong. What names and files may have smuggled into the
/// text, line breaks and other control characters, is shown as "\x0a".
std::string error_line(std::string_view text);

/// That line on stderr.
void print_error(std::string_view text);

/// Such a line that begins with "note: ", or with "warning: " where something may not be as it
/// should.
template <typename... Args>
void print_note(fmt::format_string<Args...> format, Args&&... args) {
  print_stderr("{}", error_line("note: " + fmt::format(format, std::forward<Args>(args)...)));
}
template <typename... Args>
void print_warning(fmt::format_string<Args...> format, Args&&... args) {
  print_stderr("{}", error_line("warning: " + fmt::format(format, std::forward<Args>(args)...)));
}

}  // namespace mnist
