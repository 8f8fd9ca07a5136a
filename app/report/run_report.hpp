#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mnist/dataset.hpp"
#include "mnist/evaluation.hpp"
#include "mnist/history.hpp"
#include "mnist/summary.hpp"
#include "mnist/training.hpp"
#include "report/page.hpp"
#include "report/tensorboard.hpp"
#include "run/run_record.hpp"

namespace mnist {

/// What is written of a run.
struct ReportFiles {
  bool page = true;          ///< report.html
  bool tensorboard = false;  ///< TensorBoard's events
};

/// What a run shows of itself while it lasts: report.html in its folder, and TensorBoard's events,
/// those of them that are asked for. Nothing of it touches the training or its random numbers. All
/// that writes throws `Error`, naming the file, where that fails.
class RunReport {
 public:
  /// `training` stands where the run begins or goes on, on the images `train`. `run`, `training`
  /// and `test` outlive this.
  RunReport(std::filesystem::path folder, const RunRecord& run, const Training& training,
            const Dataset& train, const Dataset& test, const ReportFiles& files);

  /// After each step.
  void step(const Step& step);
  /// Between two steps, such as after an epoch: writes what is known so far.
  void save();
  /// Writes what the run came to on the test images.
  void finish(const Evaluation& evaluation);

 private:
  void tell_epochs();
  double learning_rate_of(std::int64_t step) const;  ///< counted from 1 over all epochs

  std::filesystem::path folder_;
  const RunRecord& run_;
  const Training& training_;
  const Dataset& test_;
  bool page_;
  std::int64_t steps_;  ///< in an epoch
  std::vector<LayerSummary> layers_;
  Sheet augmented_;
  std::optional<TensorBoard> tensorboard_;
  std::size_t epochs_told_ = 0;  ///< to TensorBoard
  Totals told_;                  ///< of the epoch under way
};

}  // namespace mnist
