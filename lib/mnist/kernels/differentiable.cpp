#include "mnist/kernels/differentiable.hpp"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <algorithm>

namespace mnist {
namespace {

thread_local bool kernels_allowed = true;

}  // namespace

NoKernelsGuard::NoKernelsGuard() : before_(kernels_allowed) { kernels_allowed = false; }
NoKernelsGuard::~NoKernelsGuard() { kernels_allowed = before_; }

bool kernels_apply(const Tensors& arguments) {
  return kernels_allowed && !torch::jit::tracer::isTracing() &&
         std::ranges::all_of(arguments, [](const torch::Tensor& tensor) {
           return tensor.defined() && tensor.layout() == torch::kStrided &&
                  tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32;
         });
}

bool needs_gradients(const Tensors& arguments) {
  return torch::GradMode::is_enabled() &&
         std::ranges::any_of(arguments, &torch::Tensor::requires_grad);
}

Tensors differentiable_gradients(const std::function<torch::Tensor(const Tensors&)>& reference,
                                 const Tensors& arguments, const torch::Tensor& grad_result) {
  Tensors wanted;
  std::ranges::copy_if(arguments, std::back_inserter(wanted), &torch::Tensor::requires_grad);
  const Tensors found = torch::autograd::grad({reference(arguments)}, wanted, {grad_result},
                                              /*retain_graph=*/true, /*create_graph=*/true);
  Tensors gradients;
  auto next = found.begin();
  for (const torch::Tensor& argument : arguments) {
    gradients.push_back(argument.requires_grad() ? *next++ : torch::Tensor());
  }
  return gradients;
}

}  // namespace mnist
