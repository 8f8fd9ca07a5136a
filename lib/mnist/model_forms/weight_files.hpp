#pragma once

#include <torch/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace mnist {

struct NamedTensor {
  std::string name;
  torch::Tensor values;
};

// The tensors of a file that is given as its bytes, in its order, or by name where it has none.
// What these throw is `Error`, without the file's name.

/// Parameters and buffers of a TorchScript model.
std::vector<NamedTensor> torchscript_weights(std::string_view bytes);
/// Of a state_dict (mnist/files/state_dict.hpp).
std::vector<NamedTensor> state_dict_weights(std::string_view bytes);
std::vector<NamedTensor> safetensors_weights(std::string_view bytes);
/// Of numpy.savez.
std::vector<NamedTensor> npz_weights(std::string_view bytes);

}  // namespace mnist
