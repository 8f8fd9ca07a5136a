#pragma once

#include <torch/types.h>

#include <cstddef>
#include <functional>
#include <vector>

// What functions with gradients of their own have in common.
namespace mnist {

using Tensors = std::vector<torch::Tensor>;

/// Kernels run on plain numbers: float32 on the CPU, and neither under a `NoKernelsGuard` nor while
/// a graph of LibTorch's own operators is being recorded.
bool kernels_apply(const Tensors& arguments);

/// While it lives this thread computes with LibTorch's own operators alone.
class NoKernelsGuard {
 public:
  NoKernelsGuard();
  ~NoKernelsGuard();
  NoKernelsGuard(const NoKernelsGuard&) = delete;
  NoKernelsGuard& operator=(const NoKernelsGuard&) = delete;

 private:
  bool before_;
};

/// Whether LibTorch will want gradients of a function of these.
bool needs_gradients(const Tensors& arguments);

/// The gradients of `reference(arguments)` in those arguments that require one, undefined for the
/// others; they can be differentiated again.
Tensors differentiable_gradients(const std::function<torch::Tensor(const Tensors&)>& reference,
                                 const Tensors& arguments, const torch::Tensor& grad_result);

}  // namespace mnist
