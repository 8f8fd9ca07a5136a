#include "report/run_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "mnist/files/atomic_file.hpp"
#include "mnist/image/png_encoder.hpp"
#include "mnist/schedule.hpp"
#include "report/pictures.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kPointsAnEpoch = 100;  // of what is measured by step
constexpr std::int64_t kMostSheetPixels = 100'000;

/// Of large images fewer epochs are drawn, so that the page stays small.
Sheet sheet_of(const Dataset& train, const AugmentationOptions& augmentation) {
  if (augmentation.changes_nothing()) return {};
  const std::int64_t column = 10 * train.images.size(3) * train.images.size(3);
  const auto epochs = std::clamp<std::int64_t>(kMostSheetPixels / column - 1, 1, 9);
  const GreyImage sheet = augmented_sheet(
      train, augmentation, {.epochs = static_cast<int>(epochs), .zoom = 1, .margin = 1});
  return {to_png(sheet), sheet.width};
}

std::vector<LayerSummary> layers_of(Cnn model, const Dataset& train) {
  return summarize(*model->layers, train.rows(0, 1).images);
}

std::vector<EventImage> event_images(const Report& report, const Dataset& test) {
  const Evaluation& evaluation = *report.evaluation;
  std::vector<EventImage> images = {{"confusion_matrix", "rows: true classes, columns: predicted",
                                     matrix_picture(evaluation.matrix)}};
  for (std::size_t i = 0; i < report.mistakes.size(); ++i) {
    const Answer& answer = report.mistakes[i];
    images.push_back(
        {fmt::format("mistakes/{:02}", i + 1),
         fmt::format("{}, test image {}", caption_of(answer, evaluation.classes), answer.row),
         to_picture(test.images[static_cast<std::int64_t>(answer.row)][0])});
  }
  return images;
}

}  // namespace

RunReport::RunReport(std::filesystem::path folder, const RunRecord& run, const Training& training,
                     const Dataset& train, const Dataset& test, const ReportFiles& files)
    : folder_(std::move(folder)),
      run_(run),
      training_(training),
      test_(test),
      page_(files.page),
      steps_(training.options().steps(train.size())),
      told_(training.state().epoch.totals) {
  if (page_) {
    layers_ = layers_of(training.model(), train);
    augmented_ = sheet_of(train, training.options().augmentation);
  }
  if (!files.tensorboard) return;
  const TrainingState& state = training.state();
  const auto epochs = std::ssize(state.history);
  tensorboard_.emplace(folder_, run, epochs * steps_ + state.epoch.steps_done, epochs);
  epochs_told_ = static_cast<std::size_t>(std::max<std::int64_t>(epochs - 1, 0));
}

double RunReport::learning_rate_of(std::int64_t step) const {
  const TrainerOptions& options = training_.options();
  return learning_rate_at(options.schedule, training_.optimizer().defaults().get_lr(), step - 1,
                          options.epochs * steps_);
}

void RunReport::step(const Step& step) {
  const std::int64_t every = std::max<std::int64_t>(steps_ / kPointsAnEpoch, 1);
  if (!tensorboard_ || (step.done % every != 0 && step.done != step.total)) return;
  if (step.done <= every) told_ = {};  // the totals began anew with the epoch
  const Totals& all = training_.state().epoch.totals;
  const Totals last{.samples = all.samples - told_.samples,
                    .correct = all.correct - told_.correct,
                    .loss = all.loss - told_.loss};
  const std::int64_t number = (training_.epoch() - 1) * steps_ + step.done;
  tensorboard_->add_steps(number, last.means().loss, learning_rate_of(number));
  told_ = all;
}

void RunReport::save() {
  const TrainingState& state = training_.state();
  if (page_ && !state.history.empty()) {
    write_file_atomically(folder_ / "report.html",
                          report_page({.run = run_,
                                       .history = state.history,
                                       .epochs = training_.options().epochs,
                                       .layers = layers_,
                                       .augmented = augmented_}));
  }
  if (!tensorboard_) return;
  tell_epochs();
  tensorboard_->flush();
}

void RunReport::tell_epochs() {
  const std::vector<EpochRecord>& history = training_.state().history;
  for (; epochs_told_ < history.size(); ++epochs_told_) {
    const EpochRecord& record = history[epochs_told_];
    tensorboard_->add_epoch(record, learning_rate_of(record.epoch * steps_));
  }
}

void RunReport::finish(const Evaluation& evaluation) {
  Report report = report_of(run_, evaluation, test_);
  report.history = training_.state().history;
  report.layers = layers_;
  report.augmented = augmented_;
  if (page_) write_file_atomically(folder_ / "report.html", report_page(report));
  if (!tensorboard_) return;
  tell_epochs();
  tensorboard_->end(evaluation, std::ssize(report.history), event_images(report, test_));
}

}  // namespace mnist
