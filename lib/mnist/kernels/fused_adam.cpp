#include "mnist/kernels/fused_adam.hpp"

#include <ATen/record_function.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "mnist/kernels/adam_simd.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

using torch::optim::AdamOptions;
using torch::optim::AdamParamState;

/// A piece of a parameter, small enough to share the work out evenly.
struct Piece {
  simd::AdamStep step;
  const float* gradients;
  float *parameters, *first_moments, *second_moments;
  std::int64_t count;
};

bool is_plain(const torch::Tensor& tensor) {
  return tensor.layout() == torch::kStrided && tensor.device().is_cpu() &&
         tensor.scalar_type() == torch::kFloat32;
}

bool is_plain(const std::vector<torch::optim::OptimizerParamGroup>& groups) {
  return std::ranges::all_of(groups, [](const auto& group) {
    const auto& options = static_cast<const AdamOptions&>(group.options());
    return options.weight_decay() == 0 && !options.amsgrad() &&
           std::ranges::all_of(group.params(), [](const torch::Tensor& parameter) {
             return !parameter.grad().defined() ||
                    (is_plain(parameter) && parameter.is_non_overlapping_and_dense() &&
                     is_plain(parameter.grad()));
           });
  });
}

/// What an optimizer files the state of a parameter under: a pointer, before LibTorch 2.1 its text.
template <typename KeyType>
KeyType state_key(const torch::Tensor& parameter) {
  if constexpr (std::is_same_v<KeyType, std::string>) {
    std::ostringstream text;
    text << parameter.unsafeGetTensorImpl();
    return text.str();
  } else {
    return parameter.unsafeGetTensorImpl();
  }
}

/// The type of those keys.
using Key = std::decay_t<decltype(std::declval<torch::optim::Optimizer&>().state())>::key_type;

simd::AdamStep next_step(const AdamOptions& options, AdamParamState& state) {
  state.step(state.step() + 1);
  const auto [beta1, beta2] = options.betas();
  const auto step = static_cast<double>(state.step());
  return {.beta1 = static_cast<float>(beta1),
          .one_minus_beta1 = static_cast<float>(1 - beta1),
          .beta2 = static_cast<float>(beta2),
          .one_minus_beta2 = static_cast<float>(1 - beta2),
          .step_size = static_cast<float>(options.lr() / (1 - std::pow(beta1, step))),
          .root_of_correction = static_cast<float>(std::sqrt(1 - std::pow(beta2, step))),
          .epsilon = static_cast<float>(options.eps())};
}

/// `tensor`, or a copy of it, with its elements in the order of those of `parameter`.
torch::Tensor in_order_of(const torch::Tensor& parameter, const torch::Tensor& tensor) {
  if (tensor.strides() == parameter.strides()) return tensor;
  return torch::empty_like(parameter, torch::MemoryFormat::Preserve).copy_(tensor);
}

}  // namespace

AdamParamState* find_adam_state(const torch::optim::Optimizer& optimizer,
                                const torch::Tensor& parameter) {
  const auto found = optimizer.state().find(state_key<Key>(parameter));
  return found == optimizer.state().end() ? nullptr
                                          : static_cast<AdamParamState*>(found->second.get());
}

AdamParamState& adam_state(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter) {
  auto& state = optimizer.state()[state_key<Key>(parameter)];
  if (!state) {
    auto fresh = std::make_unique<AdamParamState>();
    fresh->exp_avg(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
    fresh->exp_avg_sq(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
    state = std::move(fresh);
  }
  return static_cast<AdamParamState&>(*state);
}

torch::Tensor FusedAdam::step(LossClosure closure) {
  if (closure || !is_plain(param_groups())) return Adam::step(closure);
  const torch::NoGradGuard no_grad;
  RECORD_FUNCTION("mnist::adam", std::vector<c10::IValue>());
  std::vector<torch::Tensor> gradients;  // keeps the copies
  std::vector<Piece> pieces;
  for (auto& group : param_groups()) {
    const auto& options = static_cast<const AdamOptions&>(group.options());
    for (torch::Tensor& parameter : group.params()) {
      if (!parameter.grad().defined()) continue;
      AdamParamState& state = adam_state(*this, parameter);
      state.exp_avg(in_order_of(parameter, state.exp_avg()));
      state.exp_avg_sq(in_order_of(parameter, state.exp_avg_sq()));
      gradients.push_back(in_order_of(parameter, parameter.grad()));
      const simd::AdamStep step = next_step(options, state);
      constexpr std::int64_t kPieceSize = 8192;
      for (std::int64_t begin = 0; begin < parameter.numel(); begin += kPieceSize) {
        pieces.push_back({step, gradients.back().data_ptr<float>() + begin,
                          parameter.data_ptr<float>() + begin,
                          state.exp_avg().data_ptr<float>() + begin,
                          state.exp_avg_sq().data_ptr<float>() + begin,
                          std::min(kPieceSize, parameter.numel() - begin)});
      }
      parameter.unsafeGetTensorImpl()->bump_version();
    }
  }
  parallel_for(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t i) {
    const Piece& piece = pieces[static_cast<std::size_t>(i)];
    simd::adam_step(piece.step, piece.gradients, piece.parameters, piece.first_moments,
                    piece.second_moments, piece.count);
  });
  return {};
}

}  // namespace mnist
