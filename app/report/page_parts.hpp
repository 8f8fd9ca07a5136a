#pragma once

#include <string>
#include <vector>

#include "mnist/evaluation.hpp"
#include "mnist/history.hpp"
#include "mnist/summary.hpp"
#include "report/answers.hpp"
#include "report/page.hpp"
#include "run/run_record.hpp"

// The parts of a report, as HTML. Each is empty where there is nothing to show.
namespace mnist {

std::string scores_part(const Evaluation& evaluation);
std::string confusions_part(const Evaluation& evaluation);
std::string classes_part(const Evaluation& evaluation);
std::string mistakes_part(const std::vector<Answer>& answers,
                          const std::vector<std::string>& classes);
std::string uncertain_part(const std::vector<Answer>& answers,
                           const std::vector<std::string>& classes);

/// Accuracy and loss over the epochs as charts, and as a table. Of a very long run some of the
/// epochs stand for all.
std::string curves_part(const std::vector<EpochRecord>& history);
std::string augmented_part(const Sheet& sheet);
std::string network_part(const std::vector<LayerSummary>& layers);

std::string options_part(const RunRecord& run);
std::string data_part(const DataFacts& data);
std::string machine_part(const MachineRecord& machine);
/// The command that a user types; `done`: whether there is a metrics.json.
std::string again_part(const RunRecord& run, bool done);

}  // namespace mnist
