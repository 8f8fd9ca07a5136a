#include "mnist/batch_norm_statistics.hpp"

#include <torch/nn/modules/batchnorm.h>

#include <algorithm>
#include <vector>

#include "mnist/kernels/shared_batch.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kMostImages = 10'000, kBatch = 200;

std::vector<torch::nn::BatchNorm2dImpl*> norms_of(const Cnn& model) {
  std::vector<torch::nn::BatchNorm2dImpl*> norms;
  for (const auto& module : model->modules()) {
    if (auto* norm = module->as<torch::nn::BatchNorm2d>()) norms.push_back(norm);
  }
  return norms;
}

}  // namespace

void take_batch_norm_statistics(Cnn& model, const torch::Tensor& images, ProcessGroup& group) {
  const torch::NoGradGuard no_grad;
  model->eval();
  const auto norms = norms_of(model);
  const std::int64_t count = std::min(images.size(0), kMostImages);
  if (norms.empty() || count == 0) return;
  const auto momentum = norms[0]->options.momentum();
  for (auto* norm : norms) {
    norm->train();
    norm->reset_running_stats();
  }
  for (std::int64_t begin = 0; begin < count; begin += kBatch) {
    const std::int64_t end = std::min(begin + kBatch, count);
    // The running mean of all batches so far.
    for (auto* norm : norms) {
      norm->options.momentum(static_cast<double>(end - begin) / static_cast<double>(end));
    }
    const SharedBatch batch(end - begin, group);
    model->forward(batch.part(images.slice(0, begin, end)));
  }
  for (auto* norm : norms) norm->options.momentum(momentum);
  model->eval();
}

}  // namespace mnist
