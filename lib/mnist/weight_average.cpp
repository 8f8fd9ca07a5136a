#include "mnist/weight_average.hpp"

#include <algorithm>

namespace mnist {

void move_average(NamedTensors& average, const torch::nn::Module& network, double decay,
                  std::int64_t step) {
  if (average.empty()) {
    average = weights_of(network);
    return;
  }
  const torch::NoGradGuard no_grad;
  const auto t = static_cast<double>(step);
  const double weight = 1 - std::min(decay, (1 + t) / (10 + t));
  for (const auto& [name, value] : named_values(network)) {
    torch::Tensor& mean = average.at(name);
    const torch::Tensor now = value.detach().to(torch::kCPU);
    if (mean.is_floating_point()) {
      mean.lerp_(now, weight);
    } else {
      mean.copy_(now);
    }
  }
}

}  // namespace mnist
