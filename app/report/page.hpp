#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mnist/evaluation.hpp"
#include "mnist/history.hpp"
#include "mnist/summary.hpp"
#include "report/answers.hpp"
#include "run/run_record.hpp"

namespace mnist {

/// A picture of how images are changed; an empty one where they are not.
struct Sheet {
  std::string png = {};
  int width = 0;  ///< in pixels
};

/// What there is to show of a run, or of a model that was evaluated.
struct Report {
  const RunRecord& run;
  std::vector<EpochRecord> history = {};  ///< the epochs that are done
  std::int64_t epochs = 0;                ///< that there are to be
  std::vector<LayerSummary> layers = {};  ///< none where they are not known
  Sheet augmented = {};
  const Evaluation* evaluation = nullptr;  ///< null while the run is under way
  std::vector<Answer> mistakes = {}, uncertain = {};
};

/// A page of HTML that needs no other file and may load none: scores, learning curves, confusion
/// matrix, pictures and all that is on record, as far as it is there. Of a class's name, of the
/// epochs of a very long run and of a text on record it shows so much that the page stays below a
/// megabyte.
std::string report_page(const Report& report);

}  // namespace mnist
