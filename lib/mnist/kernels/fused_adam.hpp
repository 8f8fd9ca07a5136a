#pragma once

#include <torch/optim/adam.h>

namespace mnist {

/// LibTorch's Adam, with its options, state and serialization; `step` does all of the work on an
/// element at once, in some tenth of the time. Where it cannot (parameters that are not dense
/// float32 on the CPU, sparse gradients, weight decay, AMSGrad), LibTorch's own `step` runs.
class FusedAdam : public torch::optim::Adam {
 public:
  using Adam::Adam;

  torch::Tensor step(LossClosure closure = nullptr) override;
};

/// What `optimizer`, an Adam, keeps of `parameter`; null before its first step.
torch::optim::AdamParamState* find_adam_state(const torch::optim::Optimizer& optimizer,
                                              const torch::Tensor& parameter);

/// The same, made with zero moments where it is missing.
torch::optim::AdamParamState& adam_state(torch::optim::Optimizer& optimizer,
                                         const torch::Tensor& parameter);

}  // namespace mnist
