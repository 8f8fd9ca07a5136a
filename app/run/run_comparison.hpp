#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "run/run_record.hpp"

// Whether one run is another: to repeat it, or to resume it.
namespace mnist {

/// What two records have that is not the same.
struct Difference {
  enum class Part : std::uint8_t { kOption, kHardware, kVersions, kData };
  Part part;
  std::string name;  ///< "epochs", "libtorch"
  std::string text;  ///< "options/epochs was 3 and is 5"
};

/// Where `then` has not what `now` has. `wording` has places for what it is, and its two values.
std::vector<Difference> differences(const RunRecord& then, const RunRecord& now,
                                    std::string_view wording = "{} was {} and is {}");

/// What may differ where a run is resumed.
struct ResumedWith {
  std::vector<Difference> settings;  ///< epochs, learning-rate, schedule
  std::vector<Difference> machine;   ///< may show in the last digits
};

/// Whether `now` can go on where `then` stopped. Throws `Error`, saying what differs and why that
/// matters, where it cannot.
ResumedWith check_resumable(const RunRecord& then, const RunRecord& now);

/// Whether the steps to come depend on the setting: the number of epochs matters only to a learning
/// rate that changes with it.
bool changes_steps(const Difference& setting, const RunRecord& now);

}  // namespace mnist
