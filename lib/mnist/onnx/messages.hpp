#pragma once

#include <exception>
#include <string>

namespace mnist::onnx {

/// What an exception of LibTorch says, in one line: the first, or the last where the rest shows how
/// a script came there.
std::string message_of(const std::exception& exception);

}  // namespace mnist::onnx
