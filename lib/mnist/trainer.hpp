#pragma once

#include <torch/optim/optimizer.h>

#include <cstdint>
#include <functional>

#include "mnist/cnn.hpp"
#include "mnist/dataset.hpp"
#include "mnist/history.hpp"
#include "mnist/schedule.hpp"

namespace mnist {

struct TrainerOptions {
  std::int64_t batch_size = 32;
  std::int64_t epochs = 1;      ///< in all; the schedule stretches over them
  double learning_rate = 1e-3;  ///< the highest one
  Schedule schedule = Schedule::kConstant;
};

/// An epoch under way. With the model, the optimizer and the generators it is all that going on
/// takes, to the same bits.
struct Epoch {
  std::int64_t number = 1;  ///< from 1
  torch::Tensor order;      ///< int64 [N] on the CPU: the dataset's rows, as this epoch takes them
  std::int64_t steps_done = 0;
  Totals totals;       ///< of the steps done
  double seconds = 0;  ///< wall time before it was taken up again
};

struct Step {
  std::int64_t done;   ///< steps finished in this epoch, from 1
  std::int64_t total;  ///< steps in this epoch
  Score score;         ///< running means over this epoch
};

/// Called after each step; false ends the training there.
using OnStep = std::function<bool(const Step&)>;

/// Epoch `number`, from 1, that takes the rows of `dataset` in a fresh random order, from
/// LibTorch's global generator.
Epoch begin_epoch(const Dataset& dataset, std::int64_t number = 1);

/// Goes on with `epoch`, an optimizer step a batch, until all rows were taken (then it returns
/// true) or `on_step` ends it; the last batch may be short. Dropout comes from LibTorch's global
/// generator, and each step's learning rate from `options`. Dataset and model are on one device.
/// The score is that of the changing model under dropout, as Keras's progress bar shows it. Throws
/// `Error`, with the step, where the loss is not a finite number.
bool train(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& dataset,
           const TrainerOptions& options, Epoch& epoch, const OnStep& on_step = {});

/// The score of the model as it stands, without dropout. The model is left in evaluation mode.
Score evaluate(Cnn& model, const Dataset& dataset);

}  // namespace mnist
