#pragma once

#include <span>
#include <string_view>

#include "mnist/augmentation_options.hpp"
#include "mnist/cnn_options.hpp"
#include "mnist/data/data_facts.hpp"
#include "mnist/trainer_options.hpp"

namespace mnist {

/// A network, and what it is trained with.
struct Settings {
  CnnOptions network = {};
  TrainerOptions trainer = {};
  Augmentation augment = Augmentation::kNone;
  double learning_rate = 1e-3;        ///< the highest one, where it changes
  double beta1 = 0.9, beta2 = 0.999;  ///< Adam's decay rates
  double validation_split = 0.1;      ///< the last part of the training set, in [0, 1)
};

/// Settings that do well together. `mnist train` takes them for the options that it is not given.
struct Recipe {
  std::string_view name;
  std::string_view summary;
  Settings settings = {};
};

/// The network for images and classes as the data has them.
CnnOptions network_for(CnnOptions network, const DataFacts& data);

/// The first one is the default.
std::span<const Recipe> recipes();

/// Null where there is none of that name.
const Recipe* find_recipe(std::string_view name);

}  // namespace mnist
