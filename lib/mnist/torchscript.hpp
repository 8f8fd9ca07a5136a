#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Turns a module written in C++ into TorchScript, which any LibTorch or PyTorch loads without the
// module's source. LibTorch has no call for this; its tracer records the operations of one run.
// These two files need LibTorch alone: copy them into any project.

namespace mnist {

/// What to record, as a function of the inputs: it returns one tensor or a tuple of tensors.
///
/// What it does must not depend on the tensors' values, and a size that C++ reads (`x.size(0)`)
/// becomes a constant: write `x.reshape({-1, 784})` where the batch size is to stay free.
using Forward = std::function<torch::IValue(const std::vector<torch::Tensor>& inputs)>;

struct TracedInput {
  std::string name;       ///< in the TorchScript signature
  torch::Tensor example;  ///< a valid input, on the module's device
  /// Where they are given, the traced module refuses an input of other sizes behind the first one,
  /// in words: with {784}, "expected images [N, 784], found [784]".
  std::vector<std::int64_t> row_sizes = {};
};

/// Traces `forward`, a function that computes with `module`, in evaluation mode and without
/// gradients.
///
/// The result has `module`'s children, parameters and buffers under their names as
/// `torchscript_name` gives them ("layers.conv1.weight"), and shares their memory; what is shared
/// in `module` is shared in the result. What was recorded is its method "forward", or "traced"
/// where "forward" checks sizes first. `module` is left as it was: the mode of each child, the
/// values, the gradients. Throws `c10::Error` where LibTorch cannot trace.
torch::jit::Module trace(torch::nn::Module& module, const Forward& forward,
                         const std::vector<TracedInput>& inputs);

/// The name that a child, parameter, buffer or input gets in TorchScript: every character but
/// ASCII letters, digits and '_' becomes '_', and what is then empty, a keyword, "training",
/// "forward", "traced" or "self" gets a '_' at its end. (Where two siblings come to the same name,
/// so does the later one.) "0", as `torch::nn::Sequential` calls its first layer, is a name.
std::string torchscript_name(std::string_view name);

/// The bytes of a TorchScript file; `extra_files` is what Python reads by `_extra_files`.
/// (`torch::jit::Module::save` to a path ends the process when the disk is full: write these
/// instead.)
std::string serialize(const torch::jit::Module& module,
                      const torch::jit::ExtraFilesMap& extra_files = {});

/// How far two outputs a, b may be apart: |a - b| <= absolute + relative * |b|.
struct Tolerance {
  double absolute = 1e-6;
  double relative = 1e-5;
};

/// Proves a TorchScript file before it gets its name: loads it from `bytes` and compares it with
/// `forward` for each of `batches` (the inputs of one call). Throws `std::runtime_error` with the
/// largest difference where they disagree, as they do where `forward` branches on its input.
/// `module` is set to evaluation mode meanwhile and left as it was.
void verify(const std::string& bytes, torch::nn::Module& module, const Forward& forward,
            const std::vector<std::vector<torch::Tensor>>& batches, Tolerance tolerance = {});

}  // namespace mnist
