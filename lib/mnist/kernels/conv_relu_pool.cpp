#include "mnist/kernels/conv_relu_pool.hpp"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <vector>

#include "mnist/kernels/conv_simd.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/shard_sums.hpp"
#include "mnist/kernels/shared_batch.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

/// Without the images' height and width, which the filters do not know.
simd::ConvShape conv_shape(const torch::Tensor& weight) {
  return {.height = 0,
          .width = 0,
          .channels = weight.size(1),
          .filter_height = weight.size(2),
          .filter_width = weight.size(3),
          .outputs = weight.size(0)};
}

simd::ConvShape conv_shape(const torch::Tensor& input, const torch::Tensor& weight) {
  simd::ConvShape shape = conv_shape(weight);
  shape.height = input.size(2);
  shape.width = input.size(3);
  return shape;
}

/// Whatever LibTorch would refuse is left to it too, so that the message is its own.
bool shapes_fit(const torch::Tensor& input, const torch::Tensor& weight,
                const torch::Tensor& bias) {
  return input.dim() == 4 && weight.dim() == 4 && bias.dim() == 1 &&
         input.is_contiguous(kChannelsLast) && input.numel() > 0 && weight.numel() > 0 &&
         input.size(1) == weight.size(1) && weight.size(0) == bias.size(0) &&
         input.size(2) > weight.size(2) && input.size(3) > weight.size(3) &&
         input.numel() / input.size(0) <= std::numeric_limits<std::int32_t>::max();
}

/// Some three microseconds of work.
std::int64_t windows_in_a_piece(const simd::ConvForward& forward) {
  constexpr std::int64_t kProducts = 1 << 18;
  return std::max<std::int64_t>(kProducts / forward.products / forward.windows, 1) *
         forward.windows;
}

struct Pooled {
  torch::Tensor results;
  torch::Tensor winners;  ///< empty if not asked for
};

torch::Tensor pack(const simd::ConvForward& forward, const torch::Tensor& weight,
                   const torch::Tensor& bias) {
  const simd::ConvShape shape = conv_shape(weight);
  const torch::Tensor filters = weight.contiguous(kChannelsLast), biases = bias.contiguous();
  const torch::Tensor packed = torch::empty({forward.packed_size(shape)}, biases.options());
  forward.pack_filters(shape, filters.data_ptr<float>(), biases.data_ptr<float>(),
                       packed.data_ptr<float>());
  return packed;
}

Pooled compute_conv_relu_pool(const torch::Tensor& input, const torch::Tensor& weight,
                              const torch::Tensor& bias, const torch::Tensor& packed,
                              torch::MemoryFormat format, bool with_winners) {
  RECORD_FUNCTION("mnist::conv_relu_pool", std::vector<c10::IValue>());
  simd::ConvShape shape = conv_shape(input, weight);
  shape.outputs_first = format != kChannelsLast;
  const std::int64_t count = input.size(0);
  const torch::Tensor results =
      torch::empty({count, shape.outputs, shape.pooled_height(), shape.pooled_width()},
                   input.options().memory_format(format));
  const torch::Tensor winners =
      torch::empty({with_winners ? results.numel() : 0}, input.options().dtype(torch::kUInt8));
  const float* images = input.data_ptr<float>();
  auto* result = results.data_ptr<float>();
  auto* winner = with_winners ? winners.data_ptr<simd::Winner>() : nullptr;
  const auto compute = [&](const simd::ConvForward& forward, const torch::Tensor& filters) {
    const float* packed_filters = filters.data_ptr<float>();
    const std::int64_t windows = count * shape.windows(), piece = windows_in_a_piece(forward);
    std::atomic<bool> good = true;
    parallel_for((windows + piece - 1) / piece, [&](std::int64_t i) {
      if (!forward.compute(shape, images, packed_filters, i * piece,
                           std::min((i + 1) * piece, windows), result, winner)) {
        good = false;
      }
    });
    return good.load();
  };
  if (!compute(simd::conv_forward(shape), packed)) {
    const simd::ConvForward direct = simd::conv_forward_direct(shape);
    compute(direct, pack(direct, weight, bias));
  }
  return {results, winners};
}

struct Gradients {
  torch::Tensor input, weight, bias;
};

/// The batch is summed by its shards, whoever computes them.
Gradients compute_gradients(const torch::Tensor& input, const torch::Tensor& weight,
                            const torch::Tensor& winners, const torch::Tensor& grad_results,
                            bool needs_input) {
  RECORD_FUNCTION("mnist::conv_relu_pool_backward", std::vector<c10::IValue>());
  simd::ConvShape shape = conv_shape(input, weight);
  shape.outputs_first = grad_results.is_contiguous() && !grad_results.is_contiguous(kChannelsLast);
  const Shards shards = shards_of(input.size(0));
  const torch::Tensor filters = weight.contiguous(kChannelsLast);
  const torch::Tensor grads =
      shape.outputs_first ? grad_results : grad_results.contiguous(kChannelsLast);
  const torch::Tensor grad_input = needs_input ? torch::empty_like(input) : torch::Tensor();
  const torch::Tensor grad_parts =
      torch::empty({shards.count * (weight.numel() + shape.outputs)},
                   input.options().memory_format(torch::MemoryFormat::Contiguous));

  const float *images = input.data_ptr<float>(), *grad = grads.data_ptr<float>();
  const auto* winner = winners.data_ptr<simd::Winner>();
  float* grad_images = needs_input ? grad_input.data_ptr<float>() : nullptr;
  auto* weight_parts = grad_parts.data_ptr<float>();
  float* bias_parts = weight_parts + shards.count * weight.numel();
  parallel_for(shards.count, [&](std::int64_t shard) {
    const std::int64_t first = shards.begin(shard), end = shards.begin(shard + 1);
    const simd::Winner* shard_winners = winner + first * shape.result_size();
    const float* shard_grads = grad + first * shape.result_size();
    simd::conv_grad_filters(shape, images + first * shape.image_size(), end - first, shard_winners,
                            shard_grads, weight_parts + shard * weight.numel(),
                            bias_parts + shard * shape.outputs);
    if (!grad_images) return;
    simd::conv_grad_images(shape, end - first, filters.data_ptr<float>(), shard_winners,
                           shard_grads, grad_images + first * shape.image_size());
  });
  const torch::Tensor grad_weight =
      torch::empty(weight.sizes(), input.options().memory_format(kChannelsLast));
  const torch::Tensor grad_bias = torch::empty({shape.outputs}, grad_parts.options());
  add_up_shards(weight_parts, shards, weight.numel(), grad_weight.data_ptr<float>());
  add_up_shards(bias_parts, shards, shape.outputs, grad_bias.data_ptr<float>());
  return {grad_input, grad_weight, grad_bias};
}

class FusedFunction : public torch::autograd::Function<FusedFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& weight,
                               const torch::Tensor& bias, torch::MemoryFormat format) {
    const auto [results, winners] = compute_conv_relu_pool(
        input, weight, bias, pack_filters(weight, bias), format, /*with_winners=*/true);
    context->save_for_backward({input, weight, bias, winners});
    return results;
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const Tensors saved = context->get_saved_variables();
    if (torch::GradMode::is_enabled()) {
      Tensors gradients = differentiable_gradients(
          [](const Tensors& arguments) {
            return conv_relu_pool_reference(arguments[0], arguments[1], arguments[2]);
          },
          {saved[0], saved[1], saved[2]}, grads[0]);
      gradients.emplace_back();  // the memory format has none
      return gradients;
    }
    auto [input, weight, bias] =
        compute_gradients(saved[0], saved[1], saved[3], grads[0], context->needs_input_grad(0));
    return {input, weight, bias, torch::Tensor()};
  }
};

}  // namespace

torch::Tensor conv_relu_pool_reference(const torch::Tensor& input, const torch::Tensor& weight,
                                       const torch::Tensor& bias) {
  return torch::relu(torch::max_pool2d(torch::conv2d(input, weight, bias), 2));
}

torch::Tensor pack_filters(const torch::Tensor& weight, const torch::Tensor& bias) {
  return pack(simd::conv_forward(conv_shape(weight)), weight, bias);
}

bool uses_winograd(const torch::Tensor& weight) {
  return weight.dim() == 4 && simd::uses_winograd(conv_shape(weight));
}

torch::Tensor conv_relu_pool(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias, torch::MemoryFormat format,
                             const torch::Tensor& packed) {
  if (!kernels_apply({input, weight, bias}) || !shapes_fit(input, weight, bias)) {
    return conv_relu_pool_reference(input, weight, bias);
  }
  if (needs_gradients({input, weight, bias})) {
    return FusedFunction::apply(input, weight, bias, format);
  }
  return compute_conv_relu_pool(input, weight, bias,
                                packed.defined() ? packed : pack_filters(weight, bias), format,
                                /*with_winners=*/false)
      .results;
}

}  // namespace mnist
