#include "training_loop.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "checkpoint_files.hpp"
#include "console/terminal.hpp"
#include "mnist/error.hpp"
#include "run/interruption.hpp"
#include "run/run_record.hpp"

namespace mnist {
namespace {

/// Throws `Error` where the state is not one that training on these rows leads to.
void check_resumable(const TrainingState& state, const Dataset& dataset, std::int64_t batch_size) {
  const torch::Tensor& order = state.epoch.order;
  if (!order.defined() && state.epoch.steps_done == 0) return;
  const torch::Tensor rows = torch::arange(dataset.size());
  if (!order.defined() || order.sizes() != rows.sizes() ||
      !torch::equal(std::get<0>(order.sort()), rows) || state.epoch.steps_done < 0 ||
      (state.epoch.steps_done - 1) * batch_size >= dataset.size()) {
    throw Error("the checkpoint's epoch is not one of {} rows in steps of {}", dataset.size(),
                batch_size);
  }
}

std::string last_checkpoint(std::int64_t epoch) {
  return epoch == 1 ? "there is no checkpoint yet"
                    : fmt::format("the last checkpoint is that of epoch {}", epoch - 1);
}

}  // namespace

void fit_epoch(TrainingState& state, Cnn& model, torch::optim::Optimizer& optimizer,
               const Split& data, const TrainerOptions& options, Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return state.epoch.seconds +
           std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const auto number = static_cast<std::int64_t>(state.history.size()) + 1;
  if (!state.epoch.order.defined()) state.epoch = begin_epoch(data.train, number);
  progress.begin_epoch(number);
  try {
    const auto on_step = [&](const Step& step) {
      progress.step(step);
      return interruption() == 0;
    };
    if (!train(model, optimizer, data.train, options, state.epoch, on_step)) {
      state.epoch.seconds = seconds();
      return;
    }
  } catch (const Error& error) {
    throw Error("in epoch {}, {}; {}", number, error.what(), last_checkpoint(number));
  }
  for (const torch::Tensor& parameter : model->parameters()) {
    if (parameter.isfinite().all().item<bool>()) continue;
    throw Error("the last step of epoch {} left weights that are not finite numbers; {}", number,
                last_checkpoint(number));
  }
  const Score validation = evaluate(model, data.validation);
  if (data.validation.size() != 0 && !std::isfinite(validation.loss)) {
    throw Error("the validation loss of epoch {} is {}: expected a finite number; {}", number,
                validation.loss, last_checkpoint(number));
  }
  state.history.push_back({number, state.epoch.totals.score(), validation, seconds()});
  if (state.best.epoch == 0 || validation.loss < state.best.loss) {
    state.best = {number, validation.loss, weights_of(model)};
  }
  state.epoch = {};
  progress.end_epoch(state.history.back());
}

bool is_finished(const TrainingState& state, const TrainOptions& options) {
  const auto done = static_cast<std::int64_t>(state.history.size());
  return done >= options.trainer.epochs ||
         (options.early_stopping != 0 && done - state.best.epoch >= options.early_stopping);
}

TrainingState resume(const TrainOptions& options, const nlohmann::ordered_json& run,
                     const Dataset& training_set, Cnn& model, torch::optim::Optimizer& optimizer) {
  const std::optional<Checkpoint> checkpoint = load_checkpoint(options.output);
  if (!checkpoint) {
    print_stderr("mnist: note: no checkpoint in {} yet: beginning with the first epoch\n",
                 options.output.string());
    return {};
  }
  check_same_run(nlohmann::json::parse(checkpoint->run), run);
  const TrainingState& state = checkpoint->state;
  if (static_cast<std::int64_t>(state.history.size()) > options.trainer.epochs) {
    throw Error("cannot resume with --epochs {}: {} epochs are done", options.trainer.epochs,
                state.history.size());
  }
  check_resumable(state, training_set, options.trainer.batch_size);
  restore(checkpoint->tensors, model, optimizer, options.device);
  if (is_finished(state, options)) {
    print_stderr("mnist: note: the run is finished after {} epochs: nothing left to train\n",
                 state.history.size());
  } else {
    print_stderr("mnist: note: going on after epoch {} of {} and {} steps\n", state.history.size(),
                 options.trainer.epochs, state.epoch.steps_done);
  }
  return state;
}

}  // namespace mnist
