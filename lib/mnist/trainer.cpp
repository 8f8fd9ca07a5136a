#include "mnist/trainer.hpp"

#include <ATen/record_function.h>
#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <cmath>

#include "mnist/augmentation.hpp"
#include "mnist/distributed/gradient_exchange.hpp"
#include "mnist/error.hpp"
#include "mnist/kernels/shared_batch.hpp"

namespace mnist {
namespace {

using torch::nn::functional::cross_entropy;
using torch::nn::functional::CrossEntropyFuncOptions;

void add(Totals& totals, const torch::Tensor& logits, const torch::Tensor& labels,
         const torch::Tensor& loss) {
  const auto rows = static_cast<double>(labels.size(0));
  totals.samples += rows;
  totals.correct += static_cast<double>(logits.argmax(1).eq(labels).sum().item<std::int64_t>());
  totals.loss += static_cast<double>(loss.item<float>()) * rows;
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

torch::Tensor take_images(const Dataset& dataset, const torch::Tensor& rows, std::int64_t epoch,
                          const AugmentationOptions& augmentation) {
  RECORD_USER_SCOPE("data");
  return augment(dataset.images.index_select(0, rows), rows, augmentation, epoch);
}

/// The logits of all rows, which the processes share out by batches. The model is in evaluation
/// mode.
torch::Tensor logits_of(Cnn& model, const Dataset& dataset, ProcessGroup& group) {
  const torch::Tensor logits =
      torch::full({dataset.size(), model->options.classes}, kNothing, dataset.images.options());
  for (std::int64_t begin = group.rank() * kEvaluationBatch; begin < dataset.size();
       begin += group.size() * kEvaluationBatch) {
    const std::int64_t end = std::min(begin + kEvaluationBatch, dataset.size());
    logits.slice(0, begin, end).copy_(model->forward(dataset.images.slice(0, begin, end)));
  }
  gather(logits, group);
  return logits;
}

}  // namespace

Epoch begin_epoch(const Dataset& dataset, std::int64_t number) {
  Epoch epoch;
  epoch.number = number;
  epoch.order = torch::randperm(dataset.size(), torch::kInt64);
  return epoch;
}

bool train(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& dataset,
           const TrainerOptions& options, Epoch& epoch, const OnStep& on_step,
           ProcessGroup& group) {
  model->train();
  const torch::Tensor order = epoch.order.to(dataset.labels.device());
  const std::int64_t total = options.steps(dataset.size());
  GradientExchange gradients(model->parameters(), group);
  while (epoch.steps_done < total) {
    const std::int64_t begin = epoch.steps_done * options.batch_size;
    const torch::Tensor rows = order.slice(0, begin, begin + options.batch_size);
    const SharedBatch batch(rows.size(0), group);
    const torch::Tensor images =
        take_images(dataset, batch.part(rows), epoch.number, options.augmentation);
    const torch::Tensor labels = dataset.labels.index_select(0, rows);
    set_learning_rate(optimizer, learning_rate_at(options.schedule, optimizer.defaults().get_lr(),
                                                  (epoch.number - 1) * total + epoch.steps_done,
                                                  options.epochs * total));
    model->zero_grad(/*set_to_none=*/true);
    torch::Tensor logits, loss;
    {
      RECORD_USER_SCOPE("forward");
      logits = batch.gather(model->forward(images));
      loss = cross_entropy(logits / options.temperature, labels,
                           CrossEntropyFuncOptions().label_smoothing(options.label_smoothing));
    }
    {
      RECORD_USER_SCOPE("backward");
      gradients.begin(static_cast<int>(batch.shards().contributors));
      loss.backward();
      gradients.finish();
    }
    {
      RECORD_USER_SCOPE("optimizer");
      optimizer.step();
    }
    add(epoch.totals, logits.detach(), labels, loss);
    ++epoch.steps_done;
    if (!std::isfinite(epoch.totals.loss)) {
      throw Error("the loss is {} at step {} of {}: expected a finite number", loss.item<float>(),
                  epoch.steps_done, total);
    }
    if (on_step && !on_step({epoch.steps_done, total, epoch.totals.means()})) return false;
  }
  return true;
}

LossAndAccuracy loss_and_accuracy(Cnn& model, const Dataset& dataset, ProcessGroup& group) {
  RECORD_USER_SCOPE("validation");
  const torch::NoGradGuard no_grad;
  model->eval();
  const torch::Tensor all = logits_of(model, dataset, group);
  Totals totals;
  for (std::int64_t begin = 0; begin < dataset.size(); begin += kEvaluationBatch) {
    const std::int64_t end = std::min(begin + kEvaluationBatch, dataset.size());
    const torch::Tensor logits = all.slice(0, begin, end),
                        labels = dataset.labels.slice(0, begin, end);
    add(totals, logits, labels, cross_entropy(logits, labels));
  }
  return totals.means();
}

}  // namespace mnist
