#pragma once

#include <torch/types.h>

#include <cstddef>
#include <future>
#include <utility>
#include <vector>

#include "mnist/distributed/process_group.hpp"

namespace mnist {

/// Adds up the gradients that the processes of a group have, over the network while the backward
/// pass computes more of them. Backward the last layers come first, so the parameters go in reverse
/// order into buckets; each is sent when it is full and the one before has come back. The sums are
/// those of `ProcessGroup::add_up`, whatever the buckets.
class GradientExchange {
 public:
  /// `parameters`: dense float32 on the CPU, in the order in which their layers run. They get
  /// hooks, for as long as this object lives; where there is no other process nothing happens.
  GradientExchange(const std::vector<torch::Tensor>& parameters, ProcessGroup& group);
  ~GradientExchange();
  GradientExchange(const GradientExchange&) = delete;
  GradientExchange& operator=(const GradientExchange&) = delete;

  /// Before the backward pass of a batch, of which the first `contributors` processes have rows.
  void begin(int contributors);
  /// After it, on the same thread: the parameters' gradients are the sums. Throws as the group
  /// does.
  void finish();

 private:
  struct Bucket {
    std::vector<torch::Tensor> parameters;
    std::vector<float> numbers;  ///< their gradients, one after the other
    std::size_t awaited = 0;     ///< how many of these are not known yet
  };

  void add_hook(std::size_t bucket, const torch::Tensor& parameter);
  void gradient_came(Bucket& bucket, std::size_t at, const torch::Tensor& gradient);
  void add_up(Bucket& bucket);

  ProcessGroup& group_;
  std::vector<Bucket> buckets_ = {};
  std::vector<std::pair<torch::Tensor, unsigned>> hooks_ = {};
  int contributors_ = 0;
  std::size_t sent_ = 0;  ///< how many buckets are on their way, or back
  std::future<void> last_sent_ = {};
};

}  // namespace mnist
