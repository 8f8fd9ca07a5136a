#include "run/run_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <system_error>

#include "mnist/error.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

std::string or_empty(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

}  // namespace

void prepare_output(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder)) {
    throw Error("cannot make the output folder '{}': {}", folder.string(),
                error ? error.message() : "a file of that name is in the way");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error("cannot write in the output folder '{}': {}", folder.string(),
                std::generic_category().message(errno));
  }
}

void save_history(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
  std::string csv = "epoch,accuracy,loss,val_accuracy,val_loss,seconds\n";
  for (const EpochRecord& record : history) {
    csv += fmt::format("{},{},{},{},{},{:.3f}\n", record.epoch, record.train.accuracy,
                       record.train.loss, or_empty(record.validation.accuracy),
                       or_empty(record.validation.loss), record.seconds);
  }
  write_file_atomically(folder / "history.csv", csv);
}

std::string metrics_text(const Evaluation& evaluation, const nlohmann::ordered_json& run) {
  nlohmann::ordered_json metrics = to_json(evaluation);
  metrics.update(run);
  return metrics.dump(2) + '\n';
}

nlohmann::ordered_json metadata_json(const nlohmann::ordered_json& run) {
  nlohmann::ordered_json metadata = {
      {"class_names", {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
      {"input",
       {{"name", "images"}, {"dtype", "float32"}, {"shape", {"N", 1, 28, 28}}, {"range", {0, 1}}}},
      {"output",
       {{"name", "probabilities"}, {"dtype", "float32"}, {"shape", {"N", 10}}, {"range", {0, 1}}}},
      {"preprocessing", "grey values from 0, the background, to 255, the ink, divided by 255"}};
  metadata.update(run);
  return metadata;
}

std::optional<std::string> save_model(const std::filesystem::path& path, const std::string& bytes,
                                      const std::function<void()>& prove) {
  const std::filesystem::path unproved =
      path.parent_path() /
      fmt::format("{}.unproved{}", path.stem().string(), path.extension().string());
  try {
    prove();
  } catch (const std::exception& error) {
    write_file_atomically(unproved, bytes);
    return fmt::format("the model is not proved: {}; it is kept in '{}'", one_line(error),
                       unproved.string());
  }
  write_file_atomically(path, bytes);
  std::error_code ignored;
  std::filesystem::remove(unproved, ignored);
  return std::nullopt;
}

void save_evaluation(const std::filesystem::path& folder, const Evaluation& evaluation,
                     const nlohmann::ordered_json& run) {
  write_file_atomically(folder / "predictions.csv", to_csv(evaluation));
  write_file_atomically(folder / "metrics.json", metrics_text(evaluation, run));
}

}  // namespace mnist
