#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "mnist/checkpoint/snapshot.hpp"

// The digest of a network's weights: two networks have the same one where their parameters and
// buffers have the same names, types, shapes and bytes. It is the SHA-256 of a text with a line,
// ended by '\n', for each of them in the byte order of the names:
//
//     NAME DTYPE [SIZE, SIZE, …] DIGEST
//
// NAME is the full one ("layers.conv1.weight"), DTYPE is as in Python ("float32"), DIGEST is the
// SHA-256 of the values, little-endian and row-major whatever their order in memory. Digests are 64
// lower-case hexadecimal digits. In Python, of a model of `torch.jit.load`:
//
//     sha256 = lambda data: hashlib.sha256(data).hexdigest()
//     sha256("".join(
//         f"{name} {str(value.dtype)[6:]} {list(value.shape)} {sha256(value.numpy().tobytes())}\n"
//         for name, value in sorted(model.state_dict().items())).encode())

namespace mnist {

std::string weights_sha256(const NamedTensors& weights);

/// That of all parameters and buffers of a TorchScript module.
std::string weights_sha256(const torch::jit::Module& module);

}  // namespace mnist
