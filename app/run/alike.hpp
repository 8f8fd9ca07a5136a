#pragma once

#include <functional>
#include <string>

#include "mnist/distributed/process_group.hpp"
#include "run/run_record.hpp"

// Processes that train together have to be the same but for their rank.
namespace mnist {

/// Throws `Error` in all processes, with who differs from rank 0 in what, where they have not the
/// same program, data, and options, those on record and `others`. Threads and hardware may differ.
void check_alike(ProcessGroup& group, RunRecord record, const RecordedOptions& others);

/// The same of weights, by their digest, which a process alone does not compute.
void check_weights_alike(ProcessGroup& group, const std::function<std::string()>& sha256);

}  // namespace mnist
