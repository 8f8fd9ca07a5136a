#include "mnist/training.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include "mnist/batch_norm_statistics.hpp"
#include "mnist/error.hpp"
#include "mnist/weight_average.hpp"

namespace mnist {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check_weights(const Cnn& model, std::int64_t epoch) {
  for (const torch::Tensor& parameter : model->parameters()) {
    if (parameter.isfinite().all().item<bool>()) continue;
    throw Error("the last step of epoch {} left weights that are not finite numbers", epoch);
  }
}

/// Gives a network other weights while it lives; none, if these are empty.
class WithWeights {
 public:
  WithWeights(Cnn model, const NamedTensors& weights) : model_(std::move(model)) {
    if (weights.empty()) return;
    own_ = weights_of(*model_);
    set_weights(*model_, weights);
  }
  ~WithWeights() {
    if (!own_.empty()) set_weights(*model_, own_);
  }
  WithWeights(const WithWeights&) = delete;
  WithWeights& operator=(const WithWeights&) = delete;

 private:
  Cnn model_;
  NamedTensors own_;
};

/// Throws `Error` where an epoch on that many rows cannot stand where this one does.
void check_epoch(const Epoch& epoch, std::int64_t rows, std::int64_t batch_size) {
  if (!epoch.order.defined() && epoch.steps_done == 0) return;
  const torch::Tensor all = torch::arange(rows);
  if (!epoch.order.defined() || epoch.order.sizes() != all.sizes() ||
      !torch::equal(std::get<0>(epoch.order.sort()), all) || epoch.steps_done < 0 ||
      (epoch.steps_done - 1) * batch_size >= rows) {
    throw Error("its epoch is not one of {} rows in steps of {}", rows, batch_size);
  }
}

}  // namespace

Training::Training(Cnn model, torch::optim::Optimizer& optimizer, const TrainerOptions& options,
                   ProcessGroup& group)
    : model_(std::move(model)), optimizer_(optimizer), options_(options), group_(group) {}

bool Training::is_finished() const {
  const std::int64_t done = epoch() - 1;
  return done >= options_.epochs ||
         (options_.early_stopping != 0 && done - state_.best.epoch >= options_.early_stopping);
}

std::int64_t Training::epoch() const {
  return static_cast<std::int64_t>(state_.history.size()) + 1;
}

bool Training::train_epoch(const Dataset& data, const OnStep& on_step) {
  const auto start = Clock::now();
  const double seconds_before = state_.epoch.seconds;
  if (!state_.epoch.order.defined()) state_.epoch = begin_epoch(data, epoch());
  const auto after_step = [&](const Step& step) {
    if (options_.average != 0) {
      move_average(state_.average, *model_, options_.average,
                   (epoch() - 1) * step.total + step.done);
    }
    return !on_step || on_step(step);
  };
  bool whole = false;
  try {
    whole = train(model_, optimizer_, data, options_, state_.epoch, after_step, group_);
  } catch (const Error& error) {
    throw Error("in epoch {}, {}", epoch(), error.what());
  }
  if (whole) {
    check_weights(model_, epoch());
    if (options_.average != 0) finish_average(data);
  }
  state_.epoch.seconds = seconds_before + seconds_since(start);
  return whole;
}

void Training::finish_average(const Dataset& data) {
  const WithWeights average(model_, state_.average);
  take_batch_norm_statistics(model_, data.images, group_);
  state_.average = weights_of(*model_);
}

const EpochRecord& Training::validate(const Dataset& data) {
  const auto start = Clock::now();
  const WithWeights average(model_, state_.average);
  const LossAndAccuracy means = loss_and_accuracy(model_, data, group_);
  if (data.size() != 0 && !std::isfinite(means.loss)) {
    throw Error("the validation loss of epoch {} is {}: expected a finite number", epoch(),
                means.loss);
  }
  state_.history.push_back(
      {epoch(), state_.epoch.totals.means(), means, state_.epoch.seconds + seconds_since(start)});
  const EpochRecord& record = state_.history.back();
  if (options_.early_stopping != 0 && (state_.best.epoch == 0 || means.loss < state_.best.loss)) {
    state_.best = {record.epoch, means.loss, weights_of(*model_)};
  }
  state_.epoch = {};
  return record;
}

void Training::take_final_weights() {
  const NamedTensors& final = state_.final_weights(options_.early_stopping != 0);
  if (!final.empty()) set_weights(*model_, final);
}

void Training::go_on_from(TrainingState state, std::int64_t rows) {
  const auto done = static_cast<std::int64_t>(state.history.size());
  if (done > options_.epochs) {
    throw Error("{} epochs are done, more than the {} there are to be", done, options_.epochs);
  }
  check_epoch(state.epoch, rows, options_.batch_size);
  // Taken for finished, a training would end with the weights of half an epoch.
  if (state.epoch.order.defined() && done == options_.epochs) {
    throw Error("epoch {} is under way: expected at least {} epochs, found {}", done + 1, done + 1,
                options_.epochs);
  }
  state_ = std::move(state);
  if (options_.early_stopping == 0) state_.best = {};
  if (options_.average == 0) state_.average = {};
}

}  // namespace mnist
