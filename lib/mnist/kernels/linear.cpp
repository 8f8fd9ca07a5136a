#include "mnist/kernels/linear.hpp"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "mnist/kernels/channels.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/dropout_mask.hpp"
#include "mnist/kernels/linear_simd.hpp"
#include "mnist/kernels/shared_batch.hpp"
#include "mnist/kernels/sums_simd.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

simd::LinearShape linear_shape(const torch::Tensor& input, const torch::Tensor& weight) {
  return {.count = input.size(0), .inputs = input.size(1), .outputs = weight.size(0)};
}

/// Calls `compute(begin, end)` for ranges of `width` that together make up all `columns`.
template <typename Compute>
void parallel_columns(std::int64_t columns, std::int64_t width, const Compute& compute) {
  parallel_for((columns + width - 1) / width,
               [&](std::int64_t i) { compute(i * width, std::min((i + 1) * width, columns)); });
}

torch::Tensor compute_linear(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias, const Activation& activation) {
  RECORD_FUNCTION("mnist::linear", std::vector<c10::IValue>());
  const simd::LinearShape shape = linear_shape(input, weight);
  const torch::Tensor inputs = input.contiguous(), weights = weight.contiguous(),
                      biases = bias.contiguous();
  const torch::Tensor results = torch::empty({shape.count, shape.outputs}, input.options());
  const float *x = inputs.data_ptr<float>(), *w = weights.data_ptr<float>(),
              *b = biases.data_ptr<float>();
  auto* y = results.data_ptr<float>();
  std::optional<DropoutMask> mask;
  if (activation.dropout > 0) mask.emplace(activation.dropout, next_dropout_key());
  const std::int64_t first_row = shards_of(shape.count).first_row;
  parallel_columns(shape.outputs, simd::kLinearOutputs, [&](std::int64_t begin, std::int64_t end) {
    simd::linear_forward(shape, x, w, b, begin, end, activation.relu, y);
    if (!mask) return;
    for (std::int64_t row = 0; row < shape.count; ++row) {
      mask->apply(y + row * shape.outputs, first_row + row, begin, end);
    }
  });
  return results;
}

/// In the order of the rows' shards, however many threads there are.
torch::Tensor sum_of_rows(const torch::Tensor& matrix) {
  const std::int64_t columns = matrix.size(1);
  torch::Tensor sums = torch::empty({columns}, matrix.options());
  simd::sum_of_rows(matrix.data_ptr<float>(), shards_of(matrix.size(0)), columns, 0, columns,
                    sums.data_ptr<float>());
  return sums;
}

/// What reaches a result passes on to its sum, times `scale`, where a ReLU and dropout let it
/// through: that shows in the result.
torch::Tensor grad_of_sums(const torch::Tensor& grad_results, const torch::Tensor& results,
                           double scale) {
  torch::Tensor grads = torch::empty_like(results);
  simd::grad_of_relu(grad_results.data_ptr<float>(), results.data_ptr<float>(),
                     static_cast<float>(scale), grads.numel(), grads.data_ptr<float>());
  return grads;
}

class LinearFunction : public torch::autograd::Function<LinearFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& weight,
                               const torch::Tensor& bias, bool relu, double dropout) {
    const torch::Tensor results = compute_linear(input, weight, bias, {relu, dropout});
    context->save_for_backward({input, weight, bias, results});
    context->saved_data["relu"] = relu;
    context->saved_data["scale"] = 1 / (1 - dropout);
    return results;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const Tensors saved = context->get_saved_variables();
    const torch::Tensor& results = saved[3];
    const bool relu = context->saved_data["relu"].toBool();
    const double scale = context->saved_data["scale"].toDouble();
    if (torch::GradMode::is_enabled()) {
      Tensors gradients = differentiable_gradients(
          [&](const Tensors& arguments) {
            const torch::Tensor sums = torch::linear(arguments[0], arguments[1], arguments[2]);
            return relu ? sums * results.gt(0) * scale : sums;
          },
          {saved[0], saved[1], saved[2]}, grads[0]);
      gradients.resize(5);  // the activation has none
      return gradients;
    }
    RECORD_FUNCTION("mnist::linear_backward", std::vector<c10::IValue>());
    const simd::LinearShape shape = linear_shape(saved[0], saved[1]);
    const torch::Tensor inputs = saved[0].contiguous(), weights = saved[1].contiguous();
    torch::Tensor grad = grads[0].contiguous();
    if (relu) grad = grad_of_sums(grad, results, scale);
    const torch::Tensor grad_inputs =
        context->needs_input_grad(0) ? torch::empty_like(inputs) : torch::Tensor();
    const torch::Tensor grad_weights = torch::empty_like(weights);
    const float *x = inputs.data_ptr<float>(), *w = weights.data_ptr<float>(),
                *dy = grad.data_ptr<float>();
    auto* dx = grad_inputs.defined() ? grad_inputs.data_ptr<float>() : nullptr;
    auto* dw = grad_weights.data_ptr<float>();
    const Shards shards = shards_of(shape.count);
    const simd::SparseRows sparse_grad(dy, dx ? shape.count : 0, shape.outputs);
    parallel_columns(shape.inputs, simd::kLinearInputs, [&](std::int64_t begin, std::int64_t end) {
      if (dx) simd::linear_grad_inputs(shape, sparse_grad, w, begin, end, dx);
      simd::linear_grad_weights(shape, shards, dy, x, begin, end, dw);
    });
    return {grad_inputs, grad_weights, sum_of_rows(grad), torch::Tensor(), torch::Tensor()};
  }
};

torch::Tensor linear_reference(const torch::Tensor& input, const torch::Tensor& weight,
                               const torch::Tensor& bias, const Activation& activation) {
  torch::Tensor results = torch::linear(input, weight, bias);
  if (activation.relu) results = torch::relu(results);
  return activation.dropout > 0 ? torch::dropout(results, activation.dropout, /*train=*/true)
                                : results;
}

}  // namespace

torch::Tensor linear(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias, const Activation& activation) {
  // Dropout alone is LibTorch's: which results it left out would not show in them.
  const bool plain = kernels_apply({input, weight, bias}) && input.dim() == 2 &&
                     weight.dim() == 2 && bias.dim() == 1 && input.numel() > 0 &&
                     weight.numel() > 0 && input.size(1) == weight.size(1) &&
                     weight.size(0) == bias.size(0) && (activation.relu || activation.dropout == 0);
  if (!plain) return linear_reference(input, weight, bias, activation);
  return needs_gradients({input, weight, bias})
             ? LinearFunction::apply(input, weight, bias, activation.relu, activation.dropout)
             : compute_linear(input, weight, bias, activation);
}

}  // namespace mnist
