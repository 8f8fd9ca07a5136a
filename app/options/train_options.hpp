#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "console/profile.hpp"
#include "console/progress.hpp"
#include "console/terminal.hpp"
#include "mnist/dataset.hpp"
#include "mnist/trainer.hpp"
#include "options/recipes.hpp"

namespace mnist {

struct TrainOptions {
  std::filesystem::path data;
  std::filesystem::path output;
  const Recipe* recipe;
  TrainerOptions trainer;
  double validation_split;      ///< the last part of the training set, in [0, 1)
  std::int64_t early_stopping;  ///< epochs without a lower validation loss; 0 for all epochs
  std::int64_t seed;            ///< of the weights, the shuffling and the dropout
  int threads;
  torch::Device device;
  bool reproducible;  ///< the weights depend on nothing but the options, the data and the program
  std::optional<nlohmann::json> repeated;  ///< the record of the run that this one repeats
  bool resume;
  Verbosity verbosity;
  Color color;
  ProfileDetail profile;
};

/// The options of `mnist train`, or nothing where help was asked for.
std::optional<TrainOptions> parse_train_options(int argc, const char* const* argv);

/// What is needed to run it again.
nlohmann::ordered_json run_json(const TrainOptions& options, const Mnist& mnist);

}  // namespace mnist
