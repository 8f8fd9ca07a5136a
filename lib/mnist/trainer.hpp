#pragma once

#include <torch/optim/optimizer.h>

#include <cstdint>
#include <functional>

#include "mnist/cnn.hpp"
#include "mnist/dataset.hpp"
#include "mnist/distributed/process_group.hpp"
#include "mnist/history.hpp"
#include "mnist/trainer_options.hpp"

namespace mnist {

/// An epoch under way. With the model, the optimizer and the generators it is all that going on
/// takes, to the same bits.
struct Epoch {
  std::int64_t number = 1;  ///< from 1
  torch::Tensor order;      ///< int64 [N] on the CPU: the dataset's rows, as this epoch takes them
  std::int64_t steps_done = 0;
  Totals totals;       ///< of the steps done
  double seconds = 0;  ///< wall time before it was taken up again
};

/// Called after each step; false ends the training there.
using OnStep = std::function<bool(const Step&)>;

/// Epoch `number`, from 1, that takes the rows of `dataset` in a fresh random order, from
/// LibTorch's global generator.
Epoch begin_epoch(const Dataset& dataset, std::int64_t number = 1);

/// Goes on with `epoch`, an optimizer step a batch, until all rows were taken (then it returns
/// true) or `on_step` ends it; the last batch may be short. Dropout comes from LibTorch's global
/// generator. The learning rate that the optimizer was made with is the highest: `options.schedule`
/// says what each step takes of it. Dataset and model are on one device. The means are those of the
/// changing model under dropout, as Keras's progress bar shows them. Throws `Error`, with the step,
/// where the loss is not a finite number.
///
/// The processes of `group` each compute a part of every batch. All have the same arguments, and
/// come to the same model, optimizer and epoch, on the CPU with 1, 2, 4 and 8 of them to the same
/// bits; each calls `on_step`, and all are to get the same answer.
bool train(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& dataset,
           const TrainerOptions& options, Epoch& epoch, const OnStep& on_step = {},
           ProcessGroup& group = alone());

/// The means of the model as it stands, without dropout. The model is left in evaluation mode. The
/// processes of `group` share the work, and all get the means, to the bits that one would.
LossAndAccuracy loss_and_accuracy(Cnn& model, const Dataset& dataset,
                                  ProcessGroup& group = alone());

}  // namespace mnist
