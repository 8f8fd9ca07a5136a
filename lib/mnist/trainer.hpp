#pragma once

#include <torch/optim/optimizer.h>

#include <cstdint>
#include <functional>

#include "mnist/cnn.hpp"
#include "mnist/dataset.hpp"

namespace mnist {

/// Means over the samples seen so far, each sample weighing the same: a short last batch weighs
/// less.
struct Score {
  double accuracy = 0;  ///< share of samples whose largest logit is the label, in [0, 1]
  double loss = 0;      ///< cross-entropy, natural logarithm
};

struct Step {
  std::int64_t done;   ///< steps finished in this epoch, from 1
  std::int64_t total;  ///< steps in this epoch
  Score score;         ///< running means over this epoch
};

/// Called after each step.
using OnStep = std::function<void(const Step&)>;

/// One pass over `dataset` in a fresh random order, an optimizer step a batch; the last batch may
/// be short. The order and the dropout come from LibTorch's global generator. Dataset and model are
/// on one device. The score is that of the changing model under dropout, as Keras's progress bar
/// shows it.
Score train_epoch(Cnn& model, torch::optim::Optimizer& optimizer, const Dataset& dataset,
                  std::int64_t batch_size, const OnStep& on_step = {});

/// The score of the model as it stands, without dropout. The model is left in evaluation mode.
Score evaluate(Cnn& model, const Dataset& dataset);

}  // namespace mnist
