#pragma once

#include <exception>
#include <string>

namespace mnist {

/// What an exception says, in one line. LibTorch's messages go on for pages: what happened stands
/// on the first line, or, where a TorchScript model reports an error of its own, on the last.
/// Where memory was short it says just that.
std::string one_line(const std::exception& exception);

}  // namespace mnist
