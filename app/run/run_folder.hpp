#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "console/progress.hpp"
#include "evaluation.hpp"

namespace mnist {

/// Makes the folder of `--output` ready, or throws `Error` before any work is lost.
void prepare_output(const std::filesystem::path& folder);

/// Writes history.csv: epoch,accuracy,loss,val_accuracy,val_loss,seconds. The validation columns
/// are empty where there was no validation set.
void save_history(const std::filesystem::path& folder, const std::vector<EpochRecord>& history);

/// The text of metrics.json: the scores, then `run`, what is needed to run it again.
std::string metrics_text(const Evaluation& evaluation, const nlohmann::ordered_json& run);

/// The metadata.json that a saved model carries: its class names, input, output and preprocessing,
/// then `run`.
nlohmann::ordered_json metadata_json(const nlohmann::ordered_json& run);

/// Writes `bytes` to `path`, such as model.pt, if `prove` accepts them. If it throws they are kept
/// all the same, as model.unproved.pt, beside whatever was in `path` before; returns what it threw,
/// and where the model is.
std::optional<std::string> save_model(const std::filesystem::path& path, const std::string& bytes,
                                      const std::function<void()>& prove);

/// Writes predictions.csv and metrics.json.
void save_evaluation(const std::filesystem::path& folder, const Evaluation& evaluation,
                     const nlohmann::ordered_json& run);

}  // namespace mnist
