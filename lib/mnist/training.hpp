#pragma once

#include <torch/optim/optimizer.h>

#include <cstdint>
#include <vector>

#include "mnist/cnn.hpp"
#include "mnist/dataset.hpp"
#include "mnist/distributed/process_group.hpp"
#include "mnist/history.hpp"
#include "mnist/trainer.hpp"
#include "mnist/trainer_options.hpp"
#include "mnist/weights.hpp"

namespace mnist {

/// The epoch with the lowest validation loss so far. It is kept only for early stopping.
struct Best {
  std::int64_t epoch = 0;  ///< from 1; 0 where there is none
  double loss = 0;
  NamedTensors weights;
};

/// How far a training has come.
struct TrainingState {
  std::vector<EpochRecord> history;  ///< the epochs that are done
  Best best;
  /// Of the weights over the steps, where that is asked for; between two epochs with the statistics
  /// that `take_batch_norm_statistics` takes of the training images.
  NamedTensors average;
  Epoch epoch;  ///< under way; without an order between two epochs

  /// The weights that the training was for, where they are others than the last step's: with early
  /// stopping those of the best epoch, else their average if there is one.
  const NamedTensors& final_weights(bool early_stopping) const {
    return early_stopping && best.epoch != 0 ? best.weights : average;
  }
};

/// A training over its epochs: decides what the loop around it does next. It trains `model` with
/// `optimizer`, which outlive it, as does the group of processes that do it together.
class Training {
 public:
  Training(Cnn model, torch::optim::Optimizer& optimizer, const TrainerOptions& options,
           ProcessGroup& group = alone());

  /// Whether all epochs are done, or early stopping applies.
  bool is_finished() const;

  /// The number of the epoch under way, or of the next one, from 1.
  std::int64_t epoch() const;

  /// Trains that epoch, or what is left of it, on `data`. Returns false where `on_step` ended it
  /// before its last step: calling this again goes on. Throws `Error`, naming the epoch, where the
  /// loss, or a weight in the end, is not a finite number.
  bool train_epoch(const Dataset& data, const OnStep& on_step = {});

  /// Ends an epoch that was trained: validates the weights, or their average if there is one, puts
  /// it on record, and for early stopping keeps them if they are the best so far. `data` may have
  /// no rows. Throws `Error` where the loss is not finite.
  const EpochRecord& validate(const Dataset& data);

  /// Gives the model the weights that the training was for: with early stopping those of the best
  /// epoch, else their average if there is one, or the last ones, which it has.
  void take_final_weights();

  /// Goes on from `state`, which trained on `rows` rows; model and optimizer have been restored.
  /// Best and average weights that these options do not need are dropped. Throws `Error` where no
  /// training with these options comes to such a state.
  void go_on_from(TrainingState state, std::int64_t rows);

  const TrainingState& state() const { return state_; }
  const TrainerOptions& options() const { return options_; }
  const Cnn& model() const { return model_; }
  torch::optim::Optimizer& optimizer() const { return optimizer_; }

 private:
  /// The average is to fit the images that it will be used on.
  void finish_average(const Dataset& data);

  Cnn model_;
  torch::optim::Optimizer& optimizer_;
  TrainerOptions options_;
  ProcessGroup& group_;
  TrainingState state_;
};

}  // namespace mnist
