#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <string>

namespace mnist {

/// Turns a module written in C++ into TorchScript, which any LibTorch or PyTorch loads without the
/// module's source. LibTorch has no call for this; its tracer records the operations of one run.
///
/// `module` owns the parameters and buffers, which are shared with the result under the same names
/// ("layers.conv1.weight"). `forward` is what to record, as a function of one tensor; what it does
/// must not depend on the tensor's values. The trace runs in evaluation mode and without gradients,
/// and leaves the module in the mode that it was in. `example` is a valid input (its first size
/// stays free) on the module's device, `input_name` its name in the TorchScript signature.
torch::jit::Module trace(torch::nn::Module& module,
                         const std::function<torch::Tensor(const torch::Tensor&)>& forward,
                         const torch::Tensor& example, const std::string& input_name);

/// The bytes of a TorchScript file.
/// (`torch::jit::Module::save` to a path ends the process when the disk is full: write these
/// instead.)
std::string serialize(const torch::jit::Module& module);

}  // namespace mnist
