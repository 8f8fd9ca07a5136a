#include "mnist/onnx/messages.hpp"

#include <c10/util/Exception.h>

#include <sstream>

namespace mnist::onnx {

std::string message_of(const std::exception& exception) {
  const auto* error = dynamic_cast<const c10::Error*>(&exception);
  std::istringstream lines(error ? error->what_without_backtrace() : exception.what());
  std::string first, last;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    if (first.empty()) first = line;
    last = line;
  }
  return first.starts_with("The following operation failed in the TorchScript") ? last : first;
}

}  // namespace mnist::onnx
