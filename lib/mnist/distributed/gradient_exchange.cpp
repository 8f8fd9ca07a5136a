#include "mnist/distributed/gradient_exchange.hpp"

#include <algorithm>
#include <future>
#include <ranges>
#include <utility>

namespace mnist {
namespace {

/// Numbers that fill a bucket: 2 ms at 1 Gbit/s, beside which a round's latency is little.
constexpr std::size_t kFull = std::size_t{1} << 16;

/// The sums of batch normalization are exchanged meanwhile, under the other tag.
constexpr int kTag = 1;

/// As a tensor of that shape; its memory may have the numbers in another order.
torch::Tensor numbers_like(const torch::Tensor& tensor, float* numbers) {
  return torch::from_blob(numbers, tensor.sizes(), torch::kFloat32);
}

}  // namespace

GradientExchange::GradientExchange(const std::vector<torch::Tensor>& parameters,
                                   ProcessGroup& group)
    : group_(group) {
  if (group.size() == 1) return;
  for (const torch::Tensor& parameter : std::views::reverse(parameters)) {
    if (buckets_.empty() || buckets_.back().numbers.size() >= kFull) buckets_.emplace_back();
    add_hook(buckets_.size() - 1, parameter);
  }
}

GradientExchange::~GradientExchange() {
  for (auto& [parameter, hook] : hooks_) parameter.remove_hook(hook);
}

void GradientExchange::add_hook(std::size_t bucket, const torch::Tensor& parameter) {
  Bucket& whole = buckets_[bucket];
  const std::size_t at = whole.numbers.size();
  whole.parameters.push_back(parameter);
  whole.numbers.resize(at + static_cast<std::size_t>(parameter.numel()));
  const auto hook = [this, bucket, at](const torch::Tensor& gradient) {
    gradient_came(buckets_[bucket], at, gradient);
  };
  hooks_.emplace_back(parameter, parameter.register_hook(hook));
}

void GradientExchange::begin(int contributors) {
  contributors_ = contributors;
  sent_ = 0;
  for (Bucket& bucket : buckets_) {
    std::ranges::fill(bucket.numbers, kNothing);
    bucket.awaited = bucket.parameters.size();
  }
}

void GradientExchange::gradient_came(Bucket& bucket, std::size_t at,
                                     const torch::Tensor& gradient) {
  numbers_like(gradient, bucket.numbers.data() + at).copy_(gradient);
  --bucket.awaited;
  // The last bucket has nothing left to be sent beside.
  for (; sent_ + 1 < buckets_.size() && buckets_[sent_].awaited == 0; ++sent_) {
    last_sent_ = std::async(std::launch::async, [this, &full = buckets_[sent_],
                                                 before = std::move(last_sent_)]() mutable {
      if (before.valid()) before.get();
      add_up(full);
    });
  }
}

void GradientExchange::add_up(Bucket& bucket) {
  group_.add_up(std::span(bucket.numbers), contributors_, kTag);
}

void GradientExchange::finish() {
  if (last_sent_.valid()) last_sent_.get();
  for (; sent_ < buckets_.size(); ++sent_) add_up(buckets_[sent_]);
  for (Bucket& bucket : buckets_) {
    float* sums = bucket.numbers.data();
    for (const torch::Tensor& parameter : bucket.parameters) {
      parameter.grad().copy_(numbers_like(parameter, sums));
      sums += parameter.numel();
    }
  }
}

}  // namespace mnist
