#pragma once

#include <torch/nn/modules/container/sequential.h>
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mnist/kernels/linear.hpp"

// Finds, in a list of LibTorch's own layers, those that the kernels compute.
namespace mnist {

/// A layer, or neighbours that are computed at once.
struct LayerGroup {
  enum class Kernel : std::uint8_t {
    kNone,               ///< one layer, by its own `forward`
    kBatchNorm,          ///< BatchNorm2d
    kConvRelu,           ///< Conv2d and ReLU
    kConvReluByPatches,  ///< the same, of few channels
    kConvReluPool,       ///< Conv2d, ReLU and MaxPool2d, the last two in either order
    kDropout,            ///< Dropout alone
    kLinear,             ///< Linear, then ReLU, then Dropout, as far as they are there
  };

  std::string name;          ///< of the first layer
  std::size_t first, count;  ///< where they stand in the list
  Kernel kernel = Kernel::kNone;
  torch::Tensor weight = {}, bias = {};  ///< of the convolution or linear layer
  std::int64_t padding = 0;              ///< on every side, where the kernel has none of its own
  Activation activation = {};            ///< behind a linear layer
  /// Of the result: that of the kernel that takes it, else LibTorch's usual one.
  torch::MemoryFormat format = torch::MemoryFormat::Contiguous;
};

/// The groups of `layers`, in order. A convolution is the kernels' with stride 1, without dilation
/// or groups, before a pooling of 2x2 windows; before a ReLU alone if it has 3x3 filters and a
/// padding of 1, or fewer than eight channels. It and a linear layer have biases.
std::vector<LayerGroup> group_layers(torch::nn::SequentialImpl& layers);

/// What one group makes of `input`.
torch::Tensor run_group(torch::nn::SequentialImpl& layers, const LayerGroup& group,
                        const torch::Tensor& input);

/// What all of `layers` make of `input`, by kernels where there are any: but for rounding what
/// `layers.forward` returns. While being traced, under a `NoKernelsGuard`, and on other than
/// float32 on the CPU it is LibTorch's operators layer by layer, those that PyTorch's own layers
/// record.
torch::Tensor forward_with_kernels(torch::nn::SequentialImpl& layers, const torch::Tensor& input);

/// As `run_group`.
using GroupFunction = std::function<torch::Tensor(torch::nn::SequentialImpl& layers,
                                                  const LayerGroup& group, const torch::Tensor&)>;

/// While it lives, `forward_with_kernels` on this thread calls a function in place of `run_group`,
/// for the lists of layers within layers too.
class InPlaceOfRunGroup {
 public:
  explicit InPlaceOfRunGroup(GroupFunction function);
  ~InPlaceOfRunGroup();
  InPlaceOfRunGroup(const InPlaceOfRunGroup&) = delete;
  InPlaceOfRunGroup& operator=(const InPlaceOfRunGroup&) = delete;

 private:
  GroupFunction function_;
  const GroupFunction* before_;
};

}  // namespace mnist
