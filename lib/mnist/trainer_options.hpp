#pragma once

#include <cstdint>

#include "mnist/augmentation_options.hpp"
#include "mnist/schedule.hpp"

namespace mnist {

/// How long and in what steps a network is trained.
struct TrainerOptions {
  std::int64_t batch_size = 32;
  std::int64_t epochs = 1;  ///< in all; the schedule stretches over them
  Schedule schedule = Schedule::kConstant;
  AugmentationOptions augmentation = {};  ///< of the images, anew each epoch
  double label_smoothing = 0;             ///< share of each label that all classes have alike
  double temperature = 1;  ///< divides the logits in the loss, after Hinton et al. 2015
  double average = 0;  ///< the decay of the weights' moving average; 0 for the last step's weights
  std::int64_t early_stopping = 0;  ///< epochs without a lower validation loss; 0 for all epochs

  /// How many steps an epoch of that many images takes; the last one may be short.
  std::int64_t steps(std::int64_t images) const { return (images + batch_size - 1) / batch_size; }
};

}  // namespace mnist
