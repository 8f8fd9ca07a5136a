#pragma once

#include <optional>

#include "run/run_record.hpp"

namespace mnist {

/// Says on stderr what is unusual about a run: data files that are not MNIST's own, which are taken
/// all the same; and where it repeats another, what it has of other data, versions or hardware.
void print_notes(const RunRecord& run, const std::optional<RunRecord>& repeated = std::nullopt);

}  // namespace mnist
