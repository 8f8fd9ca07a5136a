#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// What `run_json` puts on record of a training, when it comes back: to repeat it, or to go on with
// it.
namespace mnist {

/// The record of a training in metrics.json, in metadata.json, or in a model. Throws `Error`,
/// naming the file, where there is none.
nlohmann::json read_recorded_run(const std::filesystem::path& path);

/// The recorded options as arguments of `mnist train`. The threads are left out where the run is
/// reproducible, which does not depend on them.
std::vector<std::string> arguments_of(const nlohmann::json& run);

/// What the results of a run depend on: all of its record, or, where it is reproducible, the record
/// without threads, processor and BLAS.
nlohmann::ordered_json essence(nlohmann::ordered_json run);

/// Throws `Error`, saying what differs, where a run described by `now` would not go on to what the
/// one described by `then` would have come to. More epochs are fine, and another machine or
/// compiler is worth a warning on stderr.
void check_same_run(const nlohmann::json& then, const nlohmann::json& now);

/// Says on stderr what a run described by `now` has of other data, versions or machine than the one
/// described by `then`.
void note_differences(const nlohmann::json& then, const nlohmann::json& now);

}  // namespace mnist
