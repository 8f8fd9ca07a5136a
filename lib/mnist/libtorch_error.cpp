#include "mnist/libtorch_error.hpp"

#include <c10/util/Exception.h>

#include <new>
#include <sstream>

namespace mnist {

std::string one_line(const std::exception& exception) {
  const auto* error = dynamic_cast<const c10::Error*>(&exception);
  const std::string text = error ? error->what_without_backtrace() : exception.what();
  if (dynamic_cast<const std::bad_alloc*>(&exception) ||
      text.find("can't allocate memory") != std::string::npos) {
    return "there is not enough memory";
  }
  std::istringstream lines(text);
  std::string first, last;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (first.empty()) first = line;
    last = line;
  }
  return first.starts_with("The following operation failed in the TorchScript") ? last : first;
}

}  // namespace mnist
