#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <string>

namespace mnist {

/// Parameters and buffers by their full names ("layers.conv1.weight").
using NamedTensors = std::map<std::string, torch::Tensor>;

/// The module's parameters and buffers themselves.
NamedTensors named_values(const torch::nn::Module& module);

/// Copies of the module's parameters and buffers, on the CPU.
NamedTensors weights_of(const torch::nn::Module& module);

/// Copies them into the module. Throws `Error` where one is missing, or has another shape or type.
void set_weights(torch::nn::Module& module, const NamedTensors& weights);

/// The tensor of that name. Throws `Error` where there is none.
const torch::Tensor& find_tensor(const NamedTensors& tensors, const std::string& name);

/// Copies the values of the tensor of that name into `target`. Throws as `set_weights` does.
void copy_tensor(const NamedTensors& tensors, const std::string& name, torch::Tensor& target);

/// The digest of a network's weights: two networks have the same one where their parameters and
/// buffers have the same names, types, shapes and bytes. It is the SHA-256 of a text with a line,
/// ended by '\n', for each of them in the byte order of the names:
///
///     NAME DTYPE [SIZE, SIZE, …] DIGEST
///
/// DTYPE is as in Python ("float32"), DIGEST is the SHA-256 of the values, little-endian and
/// row-major whatever their order in memory. Digests are 64 lower-case hexadecimal digits. In
/// Python, of a model of `torch.jit.load`:
///
///     sha256 = lambda data: hashlib.sha256(data).hexdigest()
///     sha256("".join(
///         f"{name} {str(value.dtype)[6:]} {list(value.shape)} {sha256(value.numpy().tobytes())}\n"
///         for name, value in sorted(model.state_dict().items())).encode())
std::string weights_sha256(const NamedTensors& weights);

/// That of all parameters and buffers of a TorchScript module.
std::string weights_sha256(const torch::jit::Module& module);

}  // namespace mnist
