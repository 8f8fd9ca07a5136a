#include "mnist/kernels/conv_relu.hpp"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "mnist/kernels/borders.hpp"
#include "mnist/kernels/channels.hpp"
#include "mnist/kernels/conv_relu_pool.hpp"
#include "mnist/kernels/conv_simd.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/shard_sums.hpp"
#include "mnist/kernels/shared_batch.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

/// Images of that many rows and columns, in their border.
simd::ConvSameShape same_shape(const torch::Tensor& weight, std::int64_t rows, std::int64_t columns,
                               bool relu) {
  const auto framed = [](std::int64_t size) { return size + size % 2 + 2; };
  return {.images = {.height = framed(rows),
                     .width = framed(columns),
                     .channels = weight.size(1),
                     .filter_height = 3,
                     .filter_width = 3,
                     .outputs = weight.size(0)},
          .rows = rows,
          .columns = columns,
          .relu = relu};
}

torch::Tensor in_border(const torch::Tensor& images, const simd::ConvSameShape& shape) {
  return with_border(images, 1, shape.images.height, shape.images.width);
}

/// Undefined where the numbers are too large for Winograd's method. `framed` are the images in
/// their border, `packed` what `pack_filters` made of the weights.
torch::Tensor compute_same(const simd::ConvSameShape& shape, const torch::Tensor& framed,
                           const torch::Tensor& packed) {
  const std::int64_t count = framed.size(0), windows = count * shape.images.windows();
  constexpr std::int64_t kPiece = 48;  // windows
  const torch::Tensor results =
      torch::empty({count, shape.images.outputs, shape.rows, shape.columns},
                   framed.options().memory_format(torch::MemoryFormat::ChannelsLast));
  const float *images = framed.data_ptr<float>(), *filters = packed.data_ptr<float>();
  auto* result = results.data_ptr<float>();
  std::atomic<bool> good = true;
  parallel_for((windows + kPiece - 1) / kPiece, [&](std::int64_t i) {
    if (!simd::conv_same_winograd(shape, images, filters, i * kPiece,
                                  std::min((i + 1) * kPiece, windows), result)) {
      good = false;
    }
  });
  return good ? results : torch::Tensor();
}

/// A convolution's gradient by its input is one of the sums' gradients, by the filters turned
/// round.
torch::Tensor grad_of_input(const torch::Tensor& weight, const torch::Tensor& grad_sums) {
  const torch::Tensor turned = weight.flip({2, 3}).transpose(0, 1);
  const simd::ConvSameShape shape =
      same_shape(turned, grad_sums.size(2), grad_sums.size(3), /*relu=*/false);
  const torch::Tensor none = torch::zeros({turned.size(0)}, weight.options());
  const torch::Tensor result =
      compute_same(shape, in_border(grad_sums, shape), pack_filters(turned, none));
  return result.defined() ? result : torch::conv2d(grad_sums, turned, none, 1, 1);
}

/// Of weight and bias, by the batch's shards.
Tensors grads_of_filters(const simd::ConvSameShape& shape, const torch::Tensor& framed,
                         const torch::Tensor& weight, const torch::Tensor& grad_sums) {
  const Shards shards = shards_of(framed.size(0));
  const std::int64_t size = weight.numel(), outputs = weight.size(0);
  const std::int64_t image = shape.images.image_size(),
                     result = shape.rows * shape.columns * outputs;
  const torch::Tensor parts = torch::empty({shards.count * (size + outputs)}, torch::kFloat32);
  auto* filters = parts.data_ptr<float>();
  float* biases = filters + shards.count * size;
  const float *images = framed.data_ptr<float>(), *grads = grad_sums.data_ptr<float>();
  parallel_for(shards.count, [&](std::int64_t shard) {
    const std::int64_t first = shards.begin(shard);
    simd::conv_same_grad_filters(shape, images + first * image, shards.begin(shard + 1) - first,
                                 grads + first * result, filters + shard * size,
                                 biases + shard * outputs);
  });
  torch::Tensor grad_weight = torch::empty(
      weight.sizes(), weight.options().memory_format(torch::MemoryFormat::ChannelsLast));
  torch::Tensor grad_bias = torch::empty({outputs}, framed.options());
  add_up_shards(filters, shards, size, grad_weight.data_ptr<float>());
  add_up_shards(biases, shards, outputs, grad_bias.data_ptr<float>());
  return {grad_weight, grad_bias};
}

/// What the ReLU lets through of the gradients of its results.
torch::Tensor grad_of_same_sums(const torch::Tensor& grad_results, const torch::Tensor& results) {
  const torch::Tensor grads = grad_results.contiguous(torch::MemoryFormat::ChannelsLast);
  torch::Tensor sums = torch::empty_like(results);
  const std::int64_t size = results.numel() / results.size(0);
  const float *dy = grads.data_ptr<float>(), *y = results.data_ptr<float>();
  auto* to = sums.data_ptr<float>();
  parallel_for(results.size(0), [&](std::int64_t i) {
    simd::grad_of_relu(dy + i * size, y + i * size, /*scale=*/1, size, to + i * size);
  });
  return sums;
}

class ConvReluFunction : public torch::autograd::Function<ConvReluFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& packed) {
    RECORD_FUNCTION("mnist::conv_relu", std::vector<c10::IValue>());
    const simd::ConvSameShape shape =
        same_shape(weight, input.size(2), input.size(3), /*relu=*/true);
    const torch::Tensor framed = in_border(input, shape);
    torch::Tensor results = compute_same(shape, framed, packed);
    if (!results.defined()) {
      results =
          conv_relu_reference(input, weight, bias).contiguous(torch::MemoryFormat::ChannelsLast);
    }
    context->save_for_backward({input, weight, bias, framed, results});
    return results;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const Tensors saved = context->get_saved_variables();
    const torch::Tensor &input = saved[0], &weight = saved[1], &bias = saved[2];
    if (torch::GradMode::is_enabled()) {
      Tensors gradients = differentiable_gradients(
          [](const Tensors& arguments) {
            return conv_relu_reference(arguments[0], arguments[1], arguments[2]);
          },
          {input, weight, bias}, grads[0]);
      gradients.emplace_back();  // the packed weights have none
      return gradients;
    }
    RECORD_FUNCTION("mnist::conv_relu_backward", std::vector<c10::IValue>());
    const torch::Tensor grad_sums = grad_of_same_sums(grads[0], saved[4]);
    const Tensors of_filters = grads_of_filters(
        same_shape(weight, input.size(2), input.size(3), true), saved[3], weight, grad_sums);
    return {context->needs_input_grad(0) ? grad_of_input(weight, grad_sums) : torch::Tensor(),
            of_filters[0], of_filters[1], torch::Tensor()};
  }
};

bool same_fits(const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias) {
  return kernels_apply({input, weight, bias}) && input.dim() == 4 && weight.dim() == 4 &&
         bias.dim() == 1 && input.is_contiguous(torch::MemoryFormat::ChannelsLast) &&
         input.numel() > 0 && input.size(1) == weight.size(1) && weight.size(0) == bias.size(0) &&
         uses_winograd(weight) && uses_winograd(weight.transpose(0, 1));
}

}  // namespace

torch::Tensor conv_relu_reference(const torch::Tensor& input, const torch::Tensor& weight,
                                  const torch::Tensor& bias) {
  return torch::relu(torch::conv2d(input, weight, bias, /*stride=*/1, /*padding=*/1));
}

torch::Tensor conv_relu(const torch::Tensor& input, const torch::Tensor& weight,
                        const torch::Tensor& bias, const torch::Tensor& packed) {
  if (!same_fits(input, weight, bias)) return conv_relu_reference(input, weight, bias);
  return ConvReluFunction::apply(input, weight, bias,
                                 packed.defined() ? packed : pack_filters(weight, bias));
}

}  // namespace mnist
