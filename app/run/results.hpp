#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "mnist/evaluation.hpp"
#include "mnist/history.hpp"
#include "run/run_record.hpp"

// The files that a run leaves.
namespace mnist {

/// The text of history.csv: epoch,accuracy,loss,val_accuracy,val_loss,seconds. The validation
/// columns are empty where there was no validation set.
std::string history_csv(const std::vector<EpochRecord>& history);

/// The text of predictions.csv: index,label,prediction,p0,…, one p a class; a row an image, numbers
/// that parse back to the same float32.
std::string predictions_csv(const Evaluation& evaluation);

/// The text of metrics.json: `accuracy`, `loss`, `top_2_accuracy`, `classification_report`
/// (scikit-learn's `output_dict=True`), `confusion_matrix`, then what is needed to run it again.
std::string metrics_json(const Evaluation& evaluation, const RunRecord& run);

/// The text of the metadata.json that a saved model carries: its class names, input, output and
/// preprocessing, what its weights depend on, and its scores if it was evaluated.
std::string metadata_json(const RunRecord& run, const Evaluation* evaluation);

/// Writes `bytes` to `path`, such as model.pt, if `prove` accepts them. If it throws they are kept
/// all the same, as model.unproved.pt, beside whatever was in `path` before; returns what it threw,
/// and where the model is.
std::optional<std::string> save_model(const std::filesystem::path& path, const std::string& bytes,
                                      const std::function<void()>& prove);

/// Removes the model.unproved.pt that an earlier `save_model` to `path` left, if one did: for the
/// folder of a run, where that name is nobody else's.
void remove_unproved_model(const std::filesystem::path& path);

/// Writes predictions.csv and metrics.json.
void save_evaluation(const std::filesystem::path& folder, const Evaluation& evaluation,
                     const RunRecord& run);

}  // namespace mnist
