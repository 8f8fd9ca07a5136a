#include "mnist/kernels/linear.hpp"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/linear_simd.hpp"
#include "mnist/kernels/sums_simd.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

simd::LinearShape linear_shape(const torch::Tensor& input, const torch::Tensor& weight) {
  return {.count = input.size(0), .inputs = input.size(1), .outputs = weight.size(0)};
}

/// Calls `compute(begin, end)` for ranges that together make up all `columns`.
template <typename Compute>
void parallel_columns(std::int64_t columns, const Compute& compute) {
  constexpr std::int64_t kWidth = simd::kLinearColumns;
  parallel_for((columns + kWidth - 1) / kWidth,
               [&](std::int64_t i) { compute(i * kWidth, std::min((i + 1) * kWidth, columns)); });
}

torch::Tensor compute_linear(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias) {
  RECORD_FUNCTION("mnist::linear", std::vector<c10::IValue>());
  const simd::LinearShape shape = linear_shape(input, weight);
  const torch::Tensor inputs = input.contiguous(), weights = weight.contiguous(),
                      biases = bias.contiguous();
  const torch::Tensor results = torch::empty({shape.count, shape.outputs}, input.options());
  const float *x = inputs.data_ptr<float>(), *w = weights.data_ptr<float>(),
              *b = biases.data_ptr<float>();
  auto* y = results.data_ptr<float>();
  parallel_columns(shape.outputs, [&](std::int64_t begin, std::int64_t end) {
    simd::linear_forward(shape, x, w, b, begin, end, y);
  });
  return results;
}

/// In the order of the rows, however many threads there are.
torch::Tensor sum_of_rows(const torch::Tensor& matrix) {
  const std::int64_t columns = matrix.size(1);
  torch::Tensor sums = torch::empty({columns}, matrix.options());
  simd::sum_of_rows(matrix.data_ptr<float>(), matrix.size(0), columns, 0, columns,
                    sums.data_ptr<float>());
  return sums;
}

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& weight,
                               const torch::Tensor& bias) {
    context->save_for_backward({input, weight, bias});
    return compute_linear(input, weight, bias);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const Tensors saved = context->get_saved_variables();
    if (torch::GradMode::is_enabled()) {
      return differentiable_gradients(
          [](const Tensors& arguments) {
            return torch::linear(arguments[0], arguments[1], arguments[2]);
          },
          saved, grads[0]);
    }
    RECORD_FUNCTION("mnist::linear_backward", std::vector<c10::IValue>());
    const simd::LinearShape shape = linear_shape(saved[0], saved[1]);
    const torch::Tensor inputs = saved[0].contiguous(), weights = saved[1].contiguous(),
                        grad = grads[0].contiguous();
    const torch::Tensor grad_inputs =
        context->needs_input_grad(0) ? torch::empty_like(inputs) : torch::Tensor();
    const torch::Tensor grad_weights = torch::empty_like(weights);
    const float *x = inputs.data_ptr<float>(), *w = weights.data_ptr<float>(),
                *dy = grad.data_ptr<float>();
    auto* dx = grad_inputs.defined() ? grad_inputs.data_ptr<float>() : nullptr;
    auto* dw = grad_weights.data_ptr<float>();
    parallel_columns(shape.inputs, [&](std::int64_t begin, std::int64_t end) {
      if (dx) simd::linear_grad_inputs(shape, dy, w, begin, end, dx);
      simd::linear_grad_weights(shape, dy, x, begin, end, dw);
    });
    return {grad_inputs, grad_weights, sum_of_rows(grad)};
  }
};

}  // namespace

torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias) {
  const bool plain = kernels_apply({input, weight, bias}) && input.dim() == 2 &&
                     weight.dim() == 2 && bias.dim() == 1 && input.numel() > 0 &&
                     weight.numel() > 0 && input.size(1) == weight.size(1) &&
                     weight.size(0) == bias.size(0);
  if (!plain) return torch::linear(input, weight, bias);
  return needs_gradients({input, weight, bias}) ? LinearFunction::apply(input, weight, bias)
                                                : compute_linear(input, weight, bias);
}

}  // namespace mnist
