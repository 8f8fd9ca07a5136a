#include "run/results.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "mnist/files/atomic_file.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

using nlohmann::ordered_json;

std::string or_empty(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

ordered_json scores_json(const Evaluation& evaluation) {
  return {{"accuracy", evaluation.accuracy},
          {"loss", evaluation.loss},
          {"top_2_accuracy", evaluation.top_2_accuracy},
          {"classification_report", evaluation.report.dict()},
          {"confusion_matrix", evaluation.matrix.json()}};
}

/// What a path may have that is not UTF-8 is replaced.
std::string indented(const ordered_json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/false, ordered_json::error_handler_t::replace) + '\n';
}

std::filesystem::path unproved(const std::filesystem::path& path) {
  return path.parent_path() /
         fmt::format("{}.unproved{}", path.stem().string(), path.extension().string());
}

}  // namespace

std::string history_csv(const std::vector<EpochRecord>& history) {
  std::string csv = "epoch,accuracy,loss,val_accuracy,val_loss,seconds\n";
  for (const EpochRecord& record : history) {
    csv += fmt::format("{},{},{},{},{},{:.3f}\n", record.epoch, record.train.accuracy,
                       record.train.loss, or_empty(record.validation.accuracy),
                       or_empty(record.validation.loss), record.seconds);
  }
  return csv;
}

std::string predictions_csv(const Evaluation& evaluation) {
  const std::size_t rows = evaluation.labels.size();
  const std::size_t classes = evaluation.probabilities.size() / rows;
  std::string csv = "index,label,prediction";
  for (std::size_t i = 0; i < classes; ++i) csv += fmt::format(",p{}", i);
  csv += '\n';
  auto p = evaluation.probabilities.begin();
  for (std::size_t row = 0; row < rows; ++row) {
    csv += fmt::format("{},{},{}", row, evaluation.labels[row], evaluation.predictions[row]);
    for (std::size_t i = 0; i < classes; ++i) csv += fmt::format(",{}", *p++);
    csv += '\n';
  }
  return csv;
}

std::string metrics_json(const Evaluation& evaluation, const RunRecord& run) {
  ordered_json metrics = scores_json(evaluation);
  metrics.update(to_json(run));
  return indented(metrics);
}

std::string metadata_json(const RunRecord& run, const Evaluation* evaluation) {
  const int side = run.data.side;
  ordered_json metadata = {
      {"input",
       {{"name", "images"},
        {"dtype", "float32"},
        {"shape", {"N", 1, side, side}},
        {"range", {0, 1}}}},
      {"output",
       {{"name", "probabilities"},
        {"dtype", "float32"},
        {"shape", {"N", run.data.classes.size()}},
        {"range", {0, 1}}}},
      {"preprocessing", "grey values from 0, the background, to 255, the ink, divided by 255"}};
  metadata.update(to_json(run.determinants()));
  if (evaluation) metadata["metrics"] = scores_json(*evaluation);
  return indented(metadata);
}

std::optional<std::string> save_model(const std::filesystem::path& path, const std::string& bytes,
                                      const std::function<void()>& prove) {
  try {
    prove();
  } catch (const std::exception& error) {
    write_file_atomically(unproved(path), bytes);
    return fmt::format("the model is not proved: {}; it is kept in '{}'", one_line(error),
                       unproved(path).string());
  }
  write_file_atomically(path, bytes);
  return std::nullopt;
}

void remove_unproved_model(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(unproved(path), ignored);
}

void save_evaluation(const std::filesystem::path& folder, const Evaluation& evaluation,
                     const RunRecord& run) {
  write_file_atomically(folder / "predictions.csv", predictions_csv(evaluation));
  write_file_atomically(folder / "metrics.json", metrics_json(evaluation, run));
}

}  // namespace mnist
