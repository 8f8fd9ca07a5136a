#include "mnist/kernels/batch_norm.hpp"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "mnist/kernels/channels.hpp"
#include "mnist/kernels/differentiable.hpp"
#include "mnist/kernels/shard_sums.hpp"
#include "mnist/kernels/shared_batch.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

using Numbers = std::vector<float>;
using Doubles = std::vector<double>;

/// A batch as its shards see it: matrices [rows, channels].
struct Pixels {
  explicit Pixels(const torch::Tensor& input)
      : shards(shards_of(input.size(0))),
        channels(input.size(1)),
        pixels(input.size(2) * input.size(3)),
        rows_in_all(shards.rows_in_all * pixels) {}

  /// Calls `work` for each shard with where its numbers begin and how many rows they are.
  template <typename Work>
  void for_each_shard(const Work& work) const {
    parallel_for(shards.count, [&](std::int64_t shard) {
      const std::int64_t first = shards.begin(shard) * pixels;
      work(shard, first * channels, shards.begin(shard + 1) * pixels - first);
    });
  }

  /// For each channel the mean over all rows of the batch of what `add(begin, rows, sums)` adds to
  /// sums.
  template <typename Add>
  Doubles means(const Add& add) const {
    Doubles parts(static_cast<std::size_t>(shards.count * channels));
    for_each_shard([&](std::int64_t shard, std::int64_t begin, std::int64_t count) {
      add(begin, count, parts.data() + shard * channels);
    });
    add_up_shards(parts.data(), shards, channels);
    parts.resize(static_cast<std::size_t>(channels));
    if (shared_batch()) shared_batch()->add_up(std::span(parts));
    for (double& sum : parts) sum /= static_cast<double>(rows_in_all);
    return parts;
  }

  Shards shards;
  std::int64_t channels, pixels, rows_in_all;
};

struct Normalized {
  torch::Tensor result, mean, variance;  ///< the latter two float32 [C], over the batch
};

Normalized normalize(const torch::Tensor& input, const torch::Tensor& weight,
                     const torch::Tensor& bias, double epsilon) {
  RECORD_FUNCTION("mnist::batch_norm", std::vector<c10::IValue>());
  const Pixels batch(input);
  const std::int64_t channels = batch.channels;
  Normalized all{torch::empty_like(input), torch::empty({channels}, weight.options()),
                 torch::empty({channels}, weight.options())};
  const auto* x = input.data_ptr<float>();
  auto *mean = all.mean.data_ptr<float>(), *variance = all.variance.data_ptr<float>();
  const Doubles means = batch.means([&](std::int64_t begin, std::int64_t rows, double* sums) {
    simd::add_rows(x + begin, rows, channels, sums);
  });
  std::copy(means.begin(), means.end(), mean);
  const Doubles squares = batch.means([&](std::int64_t begin, std::int64_t rows, double* sums) {
    simd::add_squares(x + begin, mean, rows, channels, sums);
  });
  std::copy(squares.begin(), squares.end(), variance);
  Numbers scale, shift;
  for (std::int64_t c = 0; c < channels; ++c) {
    const double factor =
        static_cast<double>(weight.data_ptr<float>()[c]) / std::sqrt(variance[c] + epsilon);
    scale.push_back(static_cast<float>(factor));
    shift.push_back(static_cast<float>(bias.data_ptr<float>()[c] - mean[c] * factor));
  }
  auto* y = all.result.data_ptr<float>();
  batch.for_each_shard([&](std::int64_t, std::int64_t begin, std::int64_t rows) {
    simd::scale_and_shift(x + begin, scale.data(), shift.data(), rows, channels, y + begin);
  });
  return all;
}

/// Of input, weight and bias: with m and v the mean and variance over all n rows,
/// dx = w / √(v + ε) · (dy − mean(dy) − (x − m) · mean(dy · (x − m)) / (v + ε)).
Tensors gradients_of_norm(const torch::Tensor& input, const torch::Tensor& weight,
                          const torch::Tensor& mean, const torch::Tensor& variance, double epsilon,
                          const torch::Tensor& grad_result) {
  RECORD_FUNCTION("mnist::batch_norm_backward", std::vector<c10::IValue>());
  const Pixels batch(input);
  const std::int64_t channels = batch.channels;
  const torch::Tensor grads = grad_result.contiguous(torch::MemoryFormat::ChannelsLast);
  const auto *x = input.data_ptr<float>(), *dy = grads.data_ptr<float>(),
             *m = mean.data_ptr<float>();
  const Doubles grad_means = batch.means([&](std::int64_t begin, std::int64_t rows, double* sums) {
    simd::add_rows(dy + begin, rows, channels, sums);
  });
  const Doubles products = batch.means([&](std::int64_t begin, std::int64_t rows, double* sums) {
    simd::add_products(dy + begin, x + begin, m, rows, channels, sums);
  });
  const torch::Tensor grad_input = torch::empty_like(input);
  const torch::Tensor grad_weight = torch::empty_like(weight),
                      grad_bias = torch::empty_like(weight);
  Numbers of_grad, of_input, shift;
  const auto rows_in_all = static_cast<double>(batch.rows_in_all);
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    const double deviation = std::sqrt(variance.data_ptr<float>()[c] + epsilon);
    const double a = weight.data_ptr<float>()[c] / deviation;
    const double b = -a * products[i] / (deviation * deviation);
    of_grad.push_back(static_cast<float>(a));
    of_input.push_back(static_cast<float>(b));
    shift.push_back(static_cast<float>(-a * grad_means[i] - b * m[c]));
    grad_weight.data_ptr<float>()[c] = static_cast<float>(products[i] * rows_in_all / deviation);
    grad_bias.data_ptr<float>()[c] = static_cast<float>(grad_means[i] * rows_in_all);
  }
  if (shared_batch()) {
    for (const torch::Tensor& whole : {grad_weight, grad_bias}) shared_batch()->count_once(whole);
  }
  auto* dx = grad_input.data_ptr<float>();
  batch.for_each_shard([&](std::int64_t, std::int64_t begin, std::int64_t rows) {
    simd::mix(dy + begin, of_grad.data(), x + begin, of_input.data(), shift.data(), rows, channels,
              dx + begin);
  });
  return {grad_input, grad_weight, grad_bias};
}

torch::Tensor norm_reference(const Tensors& arguments, double epsilon) {
  return torch::batch_norm(arguments[0], arguments[1], arguments[2], {}, {}, /*training=*/true,
                           /*momentum=*/0, epsilon, /*cudnn_enabled=*/false);
}

/// Its results are the normalized input, and the batch's mean and variance, which have no
/// gradients.
class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static Tensors forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                         const torch::Tensor& weight, const torch::Tensor& bias, double epsilon) {
    const auto [result, mean, variance] = normalize(input, weight, bias, epsilon);
    context->save_for_backward({input, weight, bias, mean, variance});
    context->saved_data["epsilon"] = epsilon;
    context->mark_non_differentiable({mean, variance});
    return {result, mean, variance};
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& grads) {
    const Tensors saved = context->get_saved_variables();
    const double epsilon = context->saved_data["epsilon"].toDouble();
    Tensors gradients =
        torch::GradMode::is_enabled()
            ? differentiable_gradients(
                  [&](const Tensors& arguments) { return norm_reference(arguments, epsilon); },
                  {saved[0], saved[1], saved[2]}, grads[0])
            : gradients_of_norm(saved[0], saved[1], saved[3], saved[4], epsilon, grads[0]);
    gradients.emplace_back();  // epsilon has none
    return gradients;
  }
};

void move_running_statistics(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& mean,
                             const torch::Tensor& variance, std::int64_t rows) {
  const torch::NoGradGuard no_grad;
  norm.num_batches_tracked += 1;
  const double momentum = *norm.options.momentum();
  const auto n = static_cast<double>(rows);
  norm.running_mean.lerp_(mean, momentum);
  norm.running_var.lerp_(variance * (n / (n - 1)), momentum);
}

bool is_plain_norm(const torch::Tensor& input, const torch::nn::BatchNorm2dImpl& norm) {
  return norm.is_training() && norm.options.momentum().has_value() && norm.running_mean.defined() &&
         norm.weight.defined() && kernels_apply({input, norm.weight, norm.bias}) &&
         input.dim() == 4 && input.size(1) == norm.weight.size(0) &&
         input.is_contiguous(torch::MemoryFormat::ChannelsLast) && Pixels(input).rows_in_all > 1;
}

}  // namespace

torch::Tensor batch_norm(const torch::Tensor& input, torch::nn::BatchNorm2dImpl& norm) {
  if (!is_plain_norm(input, norm)) return norm.forward(input);
  const Tensors results = NormFunction::apply(input, norm.weight, norm.bias, norm.options.eps());
  move_running_statistics(norm, results[1], results[2], Pixels(input).rows_in_all);
  return results[0];
}

}  // namespace mnist
