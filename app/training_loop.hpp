#pragma once

#include <nlohmann/json.hpp>

#include "console/progress.hpp"
#include "mnist/checkpoint/checkpoint.hpp"
#include "mnist/dataset.hpp"
#include "options/train_options.hpp"

namespace mnist {

/// Trains an epoch, or what is left of it, and puts it on record; where a signal was noted it stops
/// after the step, and the state says where. Throws `Error` where the loss is not a finite number.
void fit_epoch(TrainingState& state, Cnn& model, torch::optim::Optimizer& optimizer,
               const Split& data, const TrainerOptions& options, Progress& progress);

/// Whether all epochs are done, or early stopping has had its way.
bool is_finished(const TrainingState& state, const TrainOptions& options);

/// Takes up the run in the output folder where it stands, and says on stderr where that is; a run
/// without a checkpoint begins with the first epoch. `run` describes this one, as `run_json` does.
/// Throws `Error` where that is another run than the checkpoint's.
TrainingState resume(const TrainOptions& options, const nlohmann::ordered_json& run,
                     const Dataset& training_set, Cnn& model, torch::optim::Optimizer& optimizer);

}  // namespace mnist
