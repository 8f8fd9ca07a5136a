#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "mnist/data/data_facts.hpp"

// What is put on record of a run, in metrics.json, metadata.json and checkpoints, and read back: to
// repeat it, or to resume it.
namespace mnist {

/// An option's value on record.
using OptionValue = std::variant<bool, std::int64_t, double, std::string>;

/// Options by their names, "batch-size".
using RecordedOptions = std::vector<std::pair<std::string, OptionValue>>;

/// "true", "32", "0.001", "fast": as on the command line.
std::string to_text(const OptionValue& value);

/// What a run computes with.
struct MachineRecord {
  /// What the results of a reproducible run do not depend on.
  struct Hardware {
    std::string processor;       ///< "AMD EPYC"
    std::string cpu_capability;  ///< what LibTorch uses of it: "AVX512"
    std::int64_t threads;
    std::string blas;

    bool operator==(const Hardware&) const = default;
  };
  std::optional<Hardware> hardware;
  std::string mnist, revision, libtorch, compiler;  ///< versions

  bool operator==(const MachineRecord&) const = default;
};

MachineRecord this_machine(int threads);

struct RunRecord {
  std::string command;  ///< "train" or "evaluate"
  RecordedOptions options;
  MachineRecord machine;
  DataFacts data;
  std::string weights_sha256 = {};  ///< empty before there are any
  /// Settings that were others before, where the run was resumed with these: "options/learning_rate
  /// was 0.001 and is 0.0001 after 3 epochs and 0 steps".
  std::vector<std::string> changes = {};

  /// Null where the option is not on record.
  const OptionValue* find(std::string_view option) const;
  /// Whether the results depend on nothing but the options, the data and the program.
  bool is_reproducible() const;
  /// What the results depend on: the record without threads and hardware where the run is
  /// reproducible.
  RunRecord determinants() const;
};

nlohmann::ordered_json to_json(const RunRecord& record);

/// Throws `Error` where the JSON is no record, whoever wrote it.
RunRecord parse_run_record(const nlohmann::ordered_json& json);

/// The record of a training in metrics.json, in metadata.json, or in a model. Throws `Error`,
/// naming the file, where there is none.
RunRecord read_run_record(const std::filesystem::path& path);

}  // namespace mnist
