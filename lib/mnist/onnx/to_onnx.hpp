#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <string>
#include <utility>
#include <vector>

// Turns a TorchScript module, traced or scripted, into an ONNX file, without Python. LibTorch has
// no call for this. The files of this folder need LibTorch alone: copy them into any project.

namespace mnist {

struct OnnxOptions {
  std::string input = "images";
  std::string output = "probabilities";  ///< with several outputs: this, then this with _1, _2, …
  std::string producer = "mnist";        ///< who is said to have made the file
  std::vector<std::pair<std::string, std::string>> metadata = {};  ///< its `metadata_props`
};

/// The bytes of an ONNX file (opset 17, IR version 8, the weights inside) that computes what
/// `module.forward(x)` does in evaluation mode, on the CPU. `example` has the input's type and, but
/// for the batch size, its shape: the first dimension of input and outputs stays free.
///
/// The same module gives the same bytes, whichever LibTorch it is. `module` is left as it was. What
/// it prints or warns of while it is run is not shown; LibTorch has one handler of prints for all
/// threads.
///
/// The file is checked before it is returned: its steps, run one by one, against the module, with
/// batches of 1, 2 and 7 of noise, to 1e-4 of the largest number, and by ONNX's own checker. Throws
/// `std::runtime_error` with one line where that fails, where the module refuses such an input, and
/// where it does what an ONNX graph cannot: then with the operator's name and the name of the part
/// of the module that it stands in.
std::string to_onnx(const torch::jit::Module& module, const at::Tensor& example,
                    const OnnxOptions& options = {});

}  // namespace mnist
