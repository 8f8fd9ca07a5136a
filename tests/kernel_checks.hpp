#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <functional>

#include "mnist/kernels/differentiable.hpp"
#include "mnist/machine/instruction_set.hpp"
#include "mnist/machine/thread_pool.hpp"

// What the tests of kernels compare with, and how.
namespace mnist {

using Function = std::function<torch::Tensor(const Tensors&)>;

inline torch::Tensor channels_last(const torch::Tensor& tensor) {
  return tensor.permute({0, 2, 3, 1}).contiguous().permute({0, 3, 1, 2});
}

/// The result of `function`, then its gradients in all arguments.
inline Tensors results_and_gradients(const Function& function, const Tensors& arguments,
                                     const torch::Tensor& grad_result) {
  Tensors leaves;
  for (const auto& argument : arguments) leaves.push_back(argument.detach().requires_grad_());
  const torch::Tensor result = function(leaves);
  Tensors all = torch::autograd::grad({result}, leaves, {grad_result.to(result.dtype())});
  all.insert(all.begin(), result.detach());
  return all;
}

inline bool same_bits(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), torch::equal);
}

inline Tensors to_double(Tensors tensors) {
  for (torch::Tensor& tensor : tensors) tensor = tensor.to(torch::kFloat64);
  return tensors;
}

/// The largest error, as a share of the largest value.
inline double relative_error(const torch::Tensor& found, const torch::Tensor& expected) {
  const double scale = expected.abs().max().item<double>();
  return (found.to(torch::kFloat64) - expected).abs().max().item<double>() / std::max(scale, 1e-30);
}

/// Small integers, which float32 adds without rounding, so that windows have many equal maxima.
inline torch::Tensor integers(torch::IntArrayRef sizes) {
  return torch::randint(-3, 4, sizes, torch::kFloat32);
}
inline torch::Tensor reals(torch::IntArrayRef sizes) { return torch::randn(sizes); }

/// Has the kernels use AVX2 while it lives.
struct PinnedToAvx2 {
  PinnedToAvx2() { pin_kernels_to_avx2(); }
  ~PinnedToAvx2() { unpin_kernels(); }
  PinnedToAvx2(const PinnedToAvx2&) = delete;
  PinnedToAvx2& operator=(const PinnedToAvx2&) = delete;
};

/// Restores the number of threads.
class Threads {
 public:
  explicit Threads(int count) : before_(pool_threads()) { set_pool_threads(count); }
  ~Threads() { set_pool_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

template <typename Compute>
auto with_threads(int count, const Compute& compute) {
  const Threads threads(count);
  return compute();
}

/// The gradients of a loss made of the gradients of `function`.
inline Tensors gradients_of_gradients(const Function& function, Tensors in) {
  for (torch::Tensor& tensor : in) tensor = tensor.detach().requires_grad_();
  const torch::Tensor result = function(in);
  const auto gradients = torch::autograd::grad({(result * result).sum()}, in, {}, true, true);
  torch::Tensor sum = torch::zeros({}, result.dtype());
  for (const torch::Tensor& gradient : gradients) sum = sum + gradient.pow(2).sum();
  return torch::autograd::grad({sum}, in);
}

}  // namespace mnist
