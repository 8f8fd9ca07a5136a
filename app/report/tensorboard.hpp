#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "mnist/evaluation.hpp"
#include "mnist/history.hpp"
#include "mnist/image/image.hpp"
#include "mnist/metrics/confusion_matrix.hpp"
#include "report/event_file.hpp"
#include "report/events.hpp"
#include "run/run_record.hpp"

namespace mnist {

/// A run as TensorBoard shows it: event files in tensorboard/ in its folder. There are the options
/// and what is measured by step, in train/ and validation/ within it what is measured by epoch, and
/// in test/ what the model came to; equal tags of these three share a chart, as with Keras.
class TensorBoard {
 public:
  /// `steps` and `epochs` are those that are done: a run that goes on there continues the curves of
  /// the folder, and what they say of later ones is void. Where none are the run begins, and the
  /// event files of an earlier one are removed. Throws `Error` where the files cannot be made; and
  /// what follows does, where they cannot be written to.
  TensorBoard(const std::filesystem::path& run_folder, const RunRecord& run, std::int64_t steps,
              std::int64_t epochs);

  /// `number` of steps were done in all; `loss` is a mean over the last of them.
  void add_steps(std::int64_t number, double loss, double learning_rate);
  void add_epoch(const EpochRecord& record, double learning_rate);
  /// So that it is there, whatever happens next.
  void flush();
  /// The last thing of all. `images`: to be shown with the scores.
  void end(const Evaluation& evaluation, std::int64_t epochs,
           const std::vector<EventImage>& images);

 private:
  std::filesystem::path folder_;
  EventFile steps_, train_, validation_;
};

/// The matrix as a picture: a cell is the darker the larger its share of the row.
GreyImage matrix_picture(const ConfusionMatrix& matrix);

}  // namespace mnist
