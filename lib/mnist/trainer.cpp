#include "mnist/trainer.hpp"

#include <torch/nn/functional/loss.h>

#include <algorithm>

namespace mnist {
namespace {

constexpr std::int64_t kEvaluationBatch = 500;

/// Collects sums on the way and gives means.
class Meter {
 public:
  void add(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& loss) {
    const std::int64_t rows = labels.size(0);
    samples_ += static_cast<double>(rows);
    correct_ += static_cast<double>(logits.argmax(1).eq(labels).sum().item<std::int64_t>());
    loss_ += static_cast<double>(loss.item<float>()) * static_cast<double>(rows);
  }
  Score score() const { return {correct_ / samples_, loss_ / samples_}; }

 private:
  double samples_ = 0, correct_ = 0, loss_ = 0;
};

}  // namespace

Score train_epoch(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& dataset,
                  std::int64_t batch_size, const OnStep& on_step) {
  model->train();
  const torch::Tensor order =
      torch::randperm(dataset.size(), torch::kInt64).to(dataset.labels.device());
  const std::int64_t total = (dataset.size() + batch_size - 1) / batch_size;
  Meter meter;
  for (std::int64_t step = 0; step < total; ++step) {
    const torch::Tensor rows = order.slice(0, step * batch_size, (step + 1) * batch_size);
    const torch::Tensor images = dataset.images.index_select(0, rows);
    const torch::Tensor labels = dataset.labels.index_select(0, rows);

    optimizer.zero_grad();
    const torch::Tensor logits = model->forward(images);
    const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, labels);
    loss.backward();
    optimizer.step();

    meter.add(logits.detach(), labels, loss);
    if (on_step) on_step({step + 1, total, meter.score()});
  }
  return meter.score();
}

Score evaluate(Cnn& model, const Dataset& dataset) {
  const torch::NoGradGuard no_grad;
  model->eval();
  Meter meter;
  for (std::int64_t begin = 0; begin < dataset.size(); begin += kEvaluationBatch) {
    const Dataset batch = dataset.rows(begin, std::min(begin + kEvaluationBatch, dataset.size()));
    const torch::Tensor logits = model->forward(batch.images);
    meter.add(logits, batch.labels, torch::nn::functional::cross_entropy(logits, batch.labels));
  }
  return meter.score();
}

}  // namespace mnist
