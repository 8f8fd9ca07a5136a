#pragma once

#include <torch/csrc/jit/api/module.h>

namespace mnist::onnx {

/// Whether `forward`, or what it calls, has a loop: LibTorch runs one for as long as it goes on,
/// and there is no way to stop it.
bool may_loop(const torch::jit::Module& module);

}  // namespace mnist::onnx
