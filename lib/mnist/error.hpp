#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace mnist {

/// What the library throws when a file, a value or the machine is not what it must be. The message
/// is one line that says what was expected and what was found.
class Error : public std::runtime_error {
 public:
  template <typename... Args>
  explicit Error(fmt::format_string<Args...> format, Args&&... args)
      : std::runtime_error(fmt::format(format, std::forward<Args>(args)...)) {}
};

}  // namespace mnist
