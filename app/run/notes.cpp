#include "run/notes.hpp"

#include "console/terminal.hpp"
#include "run/run_comparison.hpp"

namespace mnist {

void print_notes(const RunRecord& run, const std::optional<RunRecord>& repeated) {
  for (const std::string& note : run.data.notes) print_note("{}", note);
  if (!repeated) return;
  for (const std::string& change : repeated->changes) {
    print_warning("the run to repeat changed on its way: {}; all epochs have the last setting here",
                  change);
  }
  for (const Difference& difference : differences(*repeated, run.determinants())) {
    if (difference.part == Difference::Part::kOption) continue;
    print_note("{}: the result may differ", difference.text);
  }
}

}  // namespace mnist
