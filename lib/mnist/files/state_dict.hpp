#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// A tensor with a name, in memory of its own.
struct NamedArray {
  std::string name;
  std::string dtype;                ///< as safetensors calls it: "F32", "BF16", "I64", …
  std::vector<std::int64_t> shape;  ///< no size is negative
  std::string bytes;                ///< row-major, little-endian
};

/// The tensors of a dictionary that Python's `torch.save` has written (PyTorch 1.6 or later), in
/// its order. Where the file holds several, such as a training's with its optimizer, the one with
/// the most tensors is taken. Nothing in the file is run. Throws `Error`, without the file's name,
/// where it is no such file or damaged: every size is checked against what is there before it is
/// used. https://pytorch.org/docs/stable/notes/serialization.html
std::vector<NamedArray> parse_state_dict(std::string_view bytes);

}  // namespace mnist
