#include <torch/torch.h>

#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/checkpoint/checkpoint.hpp"
#include "mnist/checkpoint/snapshot.hpp"

using namespace mnist;

namespace {

Dataset noise(std::int64_t count) {
  return {torch::rand({count, 1, 28, 28}), torch::randint(10, {count}, torch::kInt64)};
}

/// A network, its optimizer, and some steps of an epoch.
struct Run {
  Run() : optimizer(model->parameters(), torch::optim::AdamOptions(1e-3)) {}

  void train_until(std::int64_t step, const Dataset& data) {
    if (!state.epoch.order.defined()) state.epoch = begin_epoch(data);
    train(model, optimizer, data, {}, state.epoch,
          [&](const Step& done) { return done.done != step; });
  }

  std::string stored() const {
    return to_bytes(Checkpoint{"{}", state, capture(model, optimizer)});
  }

  Cnn model;
  torch::optim::Adam optimizer;
  TrainingState state;
};

std::string message_of(const std::string& bytes) {
  return error_of([&] { parse_checkpoint(bytes); });
}

}  // namespace

TEST_CASE("a run that was stored in mid-epoch goes on to the same bits", "[checkpoint]") {
  torch::manual_seed(1);
  const Dataset data = noise(150);
  Run whole;
  whole.train_until(2, data);
  const std::string stored = whole.stored();
  whole.train_until(5, data);

  torch::manual_seed(99);
  Run resumed;
  const Checkpoint checkpoint = parse_checkpoint(stored);
  resumed.state = checkpoint.state;
  restore(checkpoint.tensors, resumed.model, resumed.optimizer);
  CHECK(resumed.state.epoch.steps_done == 2);
  resumed.train_until(5, data);
  for (std::size_t i = 0; i < whole.model->parameters().size(); ++i) {
    CHECK(torch::equal(whole.model->parameters()[i], resumed.model->parameters()[i]));
  }
  CHECK(whole.state.epoch.totals.loss == resumed.state.epoch.totals.loss);
  CHECK(whole.stored() == resumed.stored());
}

TEST_CASE("history, best weights and NaN scores come back", "[checkpoint]") {
  Run run;
  run.state.history = {{1, {0.5, 1.25}, {0.1, 1.0 / 3}, 2.5},
                       {2, {0.75, 0.1}, {std::nan(""), std::nan("")}, 3}};
  run.state.best = {1, 1.0 / 3, weights_of(*run.model)};
  const TrainingState state = parse_checkpoint(run.stored()).state;
  REQUIRE(state.history.size() == 2);
  CHECK(state.history[1].epoch == 2);
  CHECK(state.history[0].validation.loss == 1.0 / 3);
  CHECK(std::isnan(state.history[1].validation.loss));
  CHECK(state.history[1].seconds == 3);
  CHECK(state.best.epoch == 1);
  Cnn other;
  set_weights(*other, state.best.weights);
  CHECK(torch::equal(other->parameters()[0], run.model->parameters()[0]));
  CHECK_FALSE(state.epoch.order.defined());
}

TEST_CASE("a checkpoint cut or changed anywhere is refused", "[checkpoint]") {
  const std::string bytes = Run().stored();
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 50) {
    CHECK_FALSE(message_of(bytes.substr(0, size)).empty());
  }
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 50) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK_FALSE(message_of(changed).empty());
  }
  CHECK(contains(message_of(""), "it is no checkpoint"));
  CHECK(contains(message_of("mnist checkpoint 2\n"), "another format version"));
  CHECK(contains(message_of(bytes + "x"), "it is damaged"));
}

TEST_CASE("a checkpoint of another network is refused", "[checkpoint]") {
  Run run;
  NamedTensors tensors = capture(run.model, run.optimizer);
  tensors["model.layers.fc2.bias"] = torch::zeros({11});
  CHECK(contains(error_of([&] { restore(tensors, run.model, run.optimizer); }),
                 "'layers.fc2.bias' is Float [11]: expected Float [10]"));
  tensors.erase("model.layers.fc2.bias");
  CHECK(contains(error_of([&] { restore(tensors, run.model, run.optimizer); }),
                 "no tensor 'layers.fc2.bias'"));
  tensors = capture(run.model, run.optimizer);
  tensors["generator.cpu"] = torch::zeros({3}, torch::kUInt8);
  CHECK(contains(error_of([&] { restore(tensors, run.model, run.optimizer); }),
                 "no state of a random generator"));
}
