#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/trainer.hpp"

using namespace mnist;

namespace {

/// Images whose label can be seen: row 2·label is white.
Dataset striped_images(std::int64_t count) {
  const torch::Tensor labels = torch::arange(count) % 10;
  torch::Tensor images = torch::zeros({count, 1, 28, 28});
  for (std::int64_t i = 0; i < count; ++i) images[i][0][2 * (i % 10)].fill_(1);
  return {images, labels};
}

torch::optim::Adam adam(Cnn& model) {
  return torch::optim::Adam(model->parameters(), torch::optim::AdamOptions(1e-3));
}

/// One whole epoch.
LossAndAccuracy train_epoch(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& data,
                            const TrainerOptions& options,
                            const std::function<void(const Step&)>& see = {}) {
  Epoch epoch = begin_epoch(data);
  CHECK(train(model, optimizer, data, options, epoch, [&](const Step& step) {
    if (see) see(step);
    return true;
  }));
  return epoch.totals.means();
}

/// What a network answers at first, and the loss of the step that it then trains on all images.
struct FirstStep {
  torch::Tensor logits, labels;
  double loss;
};
FirstStep first_step(TrainerOptions options) {
  torch::manual_seed(1);
  Cnn model(CnnOptions{.dropout = 0});
  auto optimizer = adam(model);
  const Dataset data = striped_images(20);
  options.batch_size = data.size();
  const torch::Tensor logits = model->forward(data.images).detach();
  return {logits, data.labels, train_epoch(model, optimizer, data, options).loss};
}

/// Minus the logarithm of the probability of the right class, on average.
double surprise_at_labels(const torch::Tensor& logits, const torch::Tensor& labels) {
  const torch::Tensor of_classes = -torch::log_softmax(logits, 1);
  return of_classes.gather(1, labels.unsqueeze(1)).mean().item<double>();
}

}  // namespace

TEST_CASE("training learns images whose labels can be seen", "[trainer]") {
  torch::manual_seed(1);
  Cnn model;
  auto optimizer = adam(model);
  const Dataset data = striped_images(300);
  const LossAndAccuracy before = loss_and_accuracy(model, data);
  for (int epoch = 0; epoch < 10; ++epoch) train_epoch(model, optimizer, data, {});
  const LossAndAccuracy after = loss_and_accuracy(model, data);
  CHECK(before.accuracy < 0.5);
  CHECK(after.accuracy == 1);
  CHECK(after.loss < before.loss / 10);
}

TEST_CASE("with label smoothing the training loss asks for a little of every class", "[trainer]") {
  const FirstStep step = first_step({.label_smoothing = 0.2});
  const double of_labels = surprise_at_labels(step.logits, step.labels);
  const double of_all = -torch::log_softmax(step.logits, 1).mean().item<double>();
  CHECK(std::abs(step.loss - (0.8 * of_labels + 0.2 * of_all)) < 1e-5);
  CHECK(std::abs(step.loss - of_labels) > 1e-4);
}

TEST_CASE("with a temperature the training loss is that of softer probabilities", "[trainer]") {
  const FirstStep step = first_step({.temperature = 4});
  CHECK(std::abs(step.loss - surprise_at_labels(step.logits / 4, step.labels)) < 1e-5);
}

TEST_CASE("each step is reported, with a short last batch", "[trainer]") {
  Cnn model;
  auto optimizer = adam(model);
  std::vector<Step> steps;
  const LossAndAccuracy means = train_epoch(model, optimizer, striped_images(70), {},
                                            [&](const Step& step) { steps.push_back(step); });
  REQUIRE(steps.size() == 3);
  CHECK(steps[0].done == 1);
  CHECK(steps[2].done == 3);
  CHECK(steps[2].total == 3);
  CHECK(steps[2].means.loss == means.loss);
}

TEST_CASE("a mean weighs every sample the same, whatever the batches", "[trainer]") {
  torch::manual_seed(4);
  Cnn model;
  // 1,100 images are 17 batches of 64 and one of 12.
  const Dataset data{torch::rand({1100, 1, 28, 28}), torch::randint(10, {1100})};
  const LossAndAccuracy means = loss_and_accuracy(model, data);
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits = model->forward(data.images);
  const double loss = torch::cross_entropy_loss(logits, data.labels).item<float>();
  const double accuracy =
      logits.argmax(1).eq(data.labels).to(torch::kFloat64).mean().item<double>();
  CHECK(std::abs(means.loss - loss) < 1e-5);
  CHECK(std::abs(means.accuracy - accuracy) < 1e-12);
}

TEST_CASE("an epoch visits every sample once, in another order each time", "[trainer]") {
  torch::manual_seed(6);
  Cnn model;
  // Now the loss of a sample depends on its label alone, and with a learning rate of 0 it stays so.
  const torch::Tensor logits = torch::arange(10) * 0.1;
  {
    const torch::NoGradGuard no_grad;
    model->named_parameters()["layers.fc2.weight"].zero_();
    model->named_parameters()["layers.fc2.bias"].copy_(logits);
  }
  torch::optim::SGD optimizer(model->parameters(), torch::optim::SGDOptions(0));
  const auto steps_of = [](std::int64_t batch_size) {
    return TrainerOptions{.batch_size = batch_size};
  };
  const torch::Tensor losses = -torch::log_softmax(logits, 0);

  const auto labels_seen = [&] {
    std::vector<std::int64_t> labels;
    double sum = 0;
    train_epoch(model, optimizer, striped_images(10), steps_of(1), [&](const Step& step) {
      const double total = step.means.loss * static_cast<double>(step.done);
      labels.push_back((losses - (total - sum)).abs().argmin().item<std::int64_t>());
      sum = total;
    });
    return labels;
  };
  const auto first = labels_seen(), second = labels_seen();
  CHECK(first != second);
  for (auto labels : {first, second}) {
    std::ranges::sort(labels);
    CHECK(labels == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
  // Batches of 4, 4 and 2.
  const LossAndAccuracy means = train_epoch(model, optimizer, striped_images(10), steps_of(4));
  CHECK(std::abs(means.loss - losses.mean().item<float>()) < 1e-6);
}

TEST_CASE("the same seed gives the same weights to the bit", "[trainer]") {
  const auto weights = [] {
    torch::manual_seed(7);
    Cnn model;
    auto optimizer = adam(model);
    train_epoch(model, optimizer, striped_images(100), {});
    return model->parameters();
  };
  const auto first = weights(), second = weights();
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(torch::equal(first[i], second[i]));
}

TEST_CASE("without rows there is no mean", "[trainer]") {
  Cnn model;
  CHECK(std::isnan(loss_and_accuracy(model, striped_images(10).rows(10, 10)).loss));
}

TEST_CASE("an epoch that was ended goes on after its last step", "[trainer]") {
  const auto weights = [](std::int64_t end_after) {
    torch::manual_seed(8);
    Cnn model;
    auto optimizer = adam(model);
    const Dataset data = striped_images(100);
    Epoch epoch = begin_epoch(data);
    const auto end = [&](const Step& step) { return step.done != end_after; };
    CHECK(train(model, optimizer, data, {}, epoch, end) == (end_after == 0));
    if (end_after != 0) {
      CHECK(epoch.steps_done == end_after);
      CHECK(train(model, optimizer, data, {}, epoch));
    }
    CHECK(epoch.totals.samples == 100);
    return model->parameters();
  };
  const auto whole = weights(0);
  for (const std::int64_t steps : {1, 4}) {
    const auto parts = weights(steps);
    for (std::size_t i = 0; i < whole.size(); ++i) CHECK(torch::equal(parts[i], whole[i]));
  }
}

TEST_CASE("a loss that is not finite ends the training and names the step", "[trainer]") {
  torch::manual_seed(9);
  Cnn model;
  auto optimizer = adam(model);
  Dataset data = striped_images(96);
  Epoch epoch = begin_epoch(data);
  data.images[epoch.order[40].item<std::int64_t>()].fill_(std::nanf(""));
  const std::string message = error_of([&] { train(model, optimizer, data, {}, epoch); });
  CHECK(contains(message, "the loss is nan at step 2 of 3"));
}
