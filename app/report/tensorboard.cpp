#include "report/tensorboard.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mnist {
namespace {

constexpr int kMatrixSide = 480;  // pixels, about

/// Where the run begins, what an earlier one left in `folder` is none of it.
std::filesystem::path prepared(const std::filesystem::path& folder, bool begins) {
  for (const char* part : {"", "train", "validation", "test"}) {
    if (begins) remove_event_files(folder / part);
  }
  return folder;
}

void add_means(EventFile& file, std::int64_t epoch, const LossAndAccuracy& means) {
  const double now = wall_time();
  file.add(scalar_event(now, epoch, "epoch_accuracy", means.accuracy));
  file.add(scalar_event(now, epoch, "epoch_loss", means.loss));
}

void fill(GreyImage& picture, Box box, std::uint8_t grey) {
  for (int y = box.top; y < box.bottom; ++y) {
    std::fill(picture.row(y) + box.left, picture.row(y) + box.right, grey);
  }
}

}  // namespace

// The last epoch that is done is written once more: the run may have ended before it was.
TensorBoard::TensorBoard(const std::filesystem::path& run_folder, const RunRecord& run,
                         std::int64_t steps, std::int64_t epochs)
    : folder_(prepared(run_folder / "tensorboard", steps == 0)),
      steps_(folder_, steps + 1),
      train_(folder_ / "train", epochs),
      validation_(folder_ / "validation", epochs) {
  steps_.add(hparams_event(wall_time(), run));
}

void TensorBoard::add_steps(std::int64_t number, double loss, double learning_rate) {
  const double now = wall_time();
  steps_.add(scalar_event(now, number, "batch_loss", loss));
  steps_.add(scalar_event(now, number, "batch_learning_rate", learning_rate));
}

void TensorBoard::add_epoch(const EpochRecord& record, double learning_rate) {
  add_means(train_, record.epoch, record.train);
  train_.add(scalar_event(wall_time(), record.epoch, "epoch_learning_rate", learning_rate));
  if (!std::isnan(record.validation.loss)) add_means(validation_, record.epoch, record.validation);
}

void TensorBoard::flush() {
  steps_.flush();
  train_.flush();
  validation_.flush();
}

void TensorBoard::end(const Evaluation& evaluation, std::int64_t epochs,
                      const std::vector<EventImage>& images) {
  EventFile test(folder_ / "test", epochs);
  add_means(test, epochs, {.accuracy = evaluation.accuracy, .loss = evaluation.loss});
  for (const EventImage& image : images) test.add(image_event(wall_time(), epochs, image));
  test.flush();
  steps_.add(end_of_session_event(wall_time()));
  flush();
}

GreyImage matrix_picture(const ConfusionMatrix& matrix) {
  constexpr std::uint8_t kPaper = 255, kRule = 215;
  const int classes = static_cast<int>(matrix.labels.size());
  const int cell = std::max(kMatrixSide / classes, 4);
  GreyImage picture(classes * cell + 1, classes * cell + 1, kRule);
  const std::vector<double> shares = shares_of(matrix, Normalize::kTrue);
  for (int i = 0; i < classes * classes; ++i) {
    const int left = i % classes * cell, top = i / classes * cell;
    // The cube root shows one in a thousand.
    const double strength = std::cbrt(shares[static_cast<std::size_t>(i)]);
    fill(picture, {left + 1, top + 1, left + cell, top + cell},
         static_cast<std::uint8_t>(std::lround(kPaper * (1 - strength))));
  }
  return picture;
}

}  // namespace mnist
