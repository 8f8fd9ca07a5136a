#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/training.hpp"

using namespace mnist;

namespace {

Dataset noise(std::int64_t count) {
  return {torch::rand({count, 1, 28, 28}), torch::randint(10, {count}, torch::kInt64)};
}

/// A small network and what it is trained with.
struct Run {
  explicit Run(const TrainerOptions& options, double rate = 1e-3)
      : optimizer(model->parameters(), torch::optim::AdamOptions(rate)),
        training(model, optimizer, options) {}

  Cnn model{CnnOptions{.filters1 = 4, .filters2 = 4, .hidden = 8}};
  torch::optim::Adam optimizer;
  Training training;
};

/// Pretends that the epochs had these validation losses.
TrainingState state_with_losses(const std::vector<double>& losses) {
  TrainingState state;
  for (const double loss : losses) {
    const auto number = static_cast<std::int64_t>(state.history.size()) + 1;
    state.history.push_back({number, {}, {0.5, loss}, 1});
    if (state.best.epoch == 0 || loss < state.best.loss) state.best = {number, loss, {}};
  }
  return state;
}

}  // namespace

TEST_CASE("a training is finished when its epochs are done", "[training]") {
  torch::manual_seed(1);
  const Dataset data = noise(70), validation = noise(20);
  Run run({.epochs = 2});
  std::vector<std::int64_t> epochs;
  while (!run.training.is_finished()) {
    epochs.push_back(run.training.epoch());
    CHECK(run.training.train_epoch(data));
    const EpochRecord& record = run.training.validate(validation);
    CHECK(record.epoch == epochs.back());
    CHECK(record.validation.loss == loss_and_accuracy(run.model, validation).loss);
    CHECK(record.seconds > 0);
  }
  CHECK(epochs == std::vector<std::int64_t>{1, 2});
  CHECK(run.training.state().history.size() == 2);
}

TEST_CASE("early stopping ends a training after epochs without a lower validation loss",
          "[training]") {
  const auto finished = [](const std::vector<double>& losses, std::int64_t patience) {
    Run run({.epochs = 9, .early_stopping = patience});
    run.training.go_on_from(state_with_losses(losses), 10);
    return run.training.is_finished();
  };
  CHECK_FALSE(finished({}, 1));
  CHECK_FALSE(finished({3, 2, 1}, 1));
  CHECK(finished({3, 2, 2}, 1));
  CHECK_FALSE(finished({3, 2, 2}, 2));
  CHECK(finished({1, 2, 2}, 2));
  CHECK_FALSE(finished({1, 2, 2}, 0));
}

TEST_CASE("with early stopping the final weights are those of the best epoch", "[training]") {
  for (const std::int64_t early_stopping : {0, 5}) {
    torch::manual_seed(2);
    const Dataset data = noise(64), validation = noise(50);
    Run run({.epochs = 3, .early_stopping = early_stopping}, 0.05);
    std::vector<NamedTensors> weights;
    while (!run.training.is_finished()) {
      run.training.train_epoch(data);
      run.training.validate(validation);
      weights.push_back(weights_of(*run.model));
    }
    const auto& history = run.training.state().history;
    std::size_t best = 0;
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (history[i].validation.loss < history[best].validation.loss) best = i;
    }
    REQUIRE(best != history.size() - 1);  // otherwise there is nothing to tell apart
    run.training.take_final_weights();
    CHECK(weights_sha256(weights_of(*run.model)) ==
          weights_sha256(weights[early_stopping == 0 ? history.size() - 1 : best]));
  }
}

TEST_CASE("without early stopping no weights are kept besides the model's", "[training]") {
  torch::manual_seed(8);
  const Dataset data = noise(32);
  Run stopping({.epochs = 2, .early_stopping = 1}), other({.epochs = 2});
  for (Run* run : {&stopping, &other}) {
    run->training.train_epoch(data);
    run->training.validate(data);
  }
  CHECK(stopping.training.state().best.epoch == 1);
  CHECK_FALSE(stopping.training.state().best.weights.empty());
  CHECK(other.training.state().best.epoch == 0);
  CHECK(other.training.state().best.weights.empty());
  // As checkpoints from before had them.
  other.training.go_on_from(stopping.training.state(), data.size());
  CHECK(other.training.state().best.epoch == 0);
  CHECK(other.training.state().best.weights.empty());
}

TEST_CASE("a training that was ended in mid-epoch goes on to the same weights", "[training]") {
  const auto weights = [](std::int64_t end_after) {
    torch::manual_seed(3);
    const Dataset data = noise(100);
    Run run({.epochs = 1});
    const bool whole =
        run.training.train_epoch(data, [&](const Step& step) { return step.done != end_after; });
    CHECK(whole == (end_after == 0));
    if (!whole) {
      CHECK(run.training.state().epoch.steps_done == end_after);
      CHECK(run.training.train_epoch(data));
    }
    run.training.validate(data);
    return weights_sha256(weights_of(*run.model));
  };
  CHECK(weights(2) == weights(0));
}

TEST_CASE("a state of another training is refused", "[training]") {
  torch::manual_seed(4);
  const Dataset data = noise(100);
  Run run({.epochs = 2});
  run.training.train_epoch(data, [](const Step& step) { return step.done != 2; });
  const TrainingState state = run.training.state();
  Run other({.epochs = 2});
  CHECK_NOTHROW(other.training.go_on_from(state, 100));
  CHECK(contains(error_of([&] { other.training.go_on_from(state, 99); }), "not one of 99 rows"));
  Run shorter({.epochs = 2});
  CHECK(contains(error_of([&] { shorter.training.go_on_from(state_with_losses({3, 2, 1}), 100); }),
                 "3 epochs are done, more than the 2"));
  TrainingState changed = state;
  changed.epoch.steps_done = 5;
  CHECK_FALSE(error_of([&] { other.training.go_on_from(changed, 100); }).empty());
  changed = state;
  changed.epoch.order[0] = changed.epoch.order[1];
  CHECK_FALSE(error_of([&] { other.training.go_on_from(changed, 100); }).empty());
}

TEST_CASE("an epoch that is under way is not dropped where fewer are asked for", "[training]") {
  torch::manual_seed(7);
  const Dataset data = noise(100);
  Run run({.epochs = 2});
  run.training.train_epoch(data);
  run.training.validate(data);
  const TrainingState between = run.training.state();
  run.training.train_epoch(data, [](const Step& step) { return step.done != 2; });
  Run shorter({.epochs = 1});
  CHECK(error_of([&] { shorter.training.go_on_from(run.training.state(), 100); }) ==
        "epoch 2 is under way: expected at least 2 epochs, found 1");
  CHECK_NOTHROW(shorter.training.go_on_from(between, 100));
  CHECK(shorter.training.is_finished());
}

TEST_CASE("numbers that are not finite end the training and name the epoch", "[training]") {
  torch::manual_seed(5);
  Dataset data = noise(32);
  Run run({.epochs = 2});
  run.training.train_epoch(data);
  Dataset spoiled = noise(8);
  spoiled.images[3].fill_(std::nanf(""));
  CHECK(contains(error_of([&] { run.training.validate(spoiled); }),
                 "the validation loss of epoch 1 is nan"));
  run.training.validate(data);
  data.images[3].fill_(std::nanf(""));
  CHECK(contains(error_of([&] { run.training.train_epoch(data); }),
                 "in epoch 2, the loss is nan at step 1 of 1"));

  Run exploding({.epochs = 1}, std::numeric_limits<double>::infinity());
  CHECK(contains(error_of([&] { exploding.training.train_epoch(noise(8)); }),
                 "the last step of epoch 1 left weights that are not finite"));
}

TEST_CASE("without a validation set an epoch has no validation loss", "[training]") {
  torch::manual_seed(6);
  const Dataset data = noise(32);
  Run run({.epochs = 1});
  run.training.train_epoch(data);
  CHECK(std::isnan(run.training.validate(data.rows(0, 0)).validation.loss));
  CHECK(run.training.state().best.weights.empty());  // early stopping alone wants them
}
