#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "console/profile.hpp"
#include "console/progress.hpp"
#include "console/terminal.hpp"
#include "mnist/machine/cores.hpp"
#include "options/recipes.hpp"
#include "options/together_options.hpp"
#include "run/run_folder.hpp"
#include "run/run_record.hpp"

namespace mnist {

/// Whether $MNIST_REPRODUCIBLE is 1.
bool reproducible_by_default();

/// Where results go that nobody has given a folder.
inline constexpr const char* kLatestRun = "runs/latest";

/// What `mnist train` was asked for. Where nothing was said it is the recipe's.
struct TrainOptions {
  const Recipe* recipe = &recipes().front();
  std::filesystem::path data = {};
  std::vector<std::string> classes = {};  ///< the names to use; none for the data's own
  std::filesystem::path output = kLatestRun;
  std::filesystem::path from = {};  ///< empty, or a record to repeat
  std::filesystem::path init = {};  ///< empty, or the weights to begin with
  bool resume = false;
  bool overwrite = false;
  bool onnx = false;                          ///< whether model.onnx is written too
  bool tensorboard = false;                   ///< whether TensorBoard's event files are written too
  std::filesystem::path show_augmented = {};  ///< empty, or the picture to draw instead of a run
  Settings settings = recipe->settings;
  std::int64_t seed = 1;  ///< of the weights, the shuffling and the dropout
  ProfileDetail profile = ProfileDetail::kOff;
  Verbosity verbosity = Verbosity::kBar;
  int threads = available_cores();
  c10::Device device = c10::kCPU;
  /// The weights depend on nothing but the options, the data and the program.
  bool reproducible = reproducible_by_default();
  Color color = Color::kAuto;
  int report_digits = 4;
  TogetherOptions together = {};
  std::optional<RunRecord> repeated = std::nullopt;  ///< what `from` holds

  /// The latest run may always be replaced; others have a name that somebody gave them.
  EarlierModel earlier_model() const {
    return overwrite || resume || output == kLatestRun ? EarlierModel::kOverwrite
                                                       : EarlierModel::kRefuse;
  }
};

/// The options of `mnist train`, or nothing where help was asked for. Throws `UsageError`, and
/// `Error` where the record to repeat is none.
std::optional<TrainOptions> parse_train_options(int argc, const char* const* argv);

/// The record of the run that these start, on that data.
RunRecord record_of(const TrainOptions& options, const DataFacts& data);

}  // namespace mnist
