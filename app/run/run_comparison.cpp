#include "run/run_comparison.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "mnist/error.hpp"
#include "mnist/schedule.hpp"

namespace mnist {
namespace {

using nlohmann::ordered_json;
using Part = Difference::Part;

/// Why a run cannot go on with another value of an option.
struct Reason {
  std::string_view option, text;
};
constexpr Reason kReasons[] = {
    {"init", "its weights began as others"},
    {"recipe", "its network would be another"},
    {"batch-size", "its epochs are cut into steps of that many images"},
    {"validation-split", "images would change between training and validation"},
    {"early-stopping", "its best epoch is kept only where that was asked for"},
    {"seed", "its order of images and its dropout come from it"},
    {"dropout", "its steps left out that share"},
    {"beta1", "its optimizer's averages come from it"},
    {"beta2", "its optimizer's averages come from it"},
    {"label-smoothing", "its losses so far are of other labels"},
    {"temperature", "its weights fit logits divided by it"},
    {"average", "its average is of all steps or of none"},
    {"device", "its random numbers are the device's"},
    {"reproducible", "its weights so far come from other arithmetic"},
};

/// Everything on record by part and name, each as it stands in JSON.
std::map<std::pair<Part, std::string>, std::string> flattened(const RunRecord& record) {
  std::map<std::pair<Part, std::string>, std::string> values;
  const auto quoted = [](const std::string& text) {
    return ordered_json(text).dump(-1, ' ', /*ensure_ascii=*/true,
                                   ordered_json::error_handler_t::replace);
  };
  for (const auto& [name, value] : record.options) {
    const auto* text = std::get_if<std::string>(&value);
    values[{Part::kOption, name}] = text ? quoted(*text) : to_text(value);
  }
  const MachineRecord& machine = record.machine;
  if (machine.hardware) {
    values[{Part::kHardware, "processor"}] = quoted(machine.hardware->processor);
    values[{Part::kHardware, "cpu_capability"}] = quoted(machine.hardware->cpu_capability);
    values[{Part::kHardware, "threads"}] = to_text(machine.hardware->threads);
    values[{Part::kHardware, "blas"}] = quoted(machine.hardware->blas);
  }
  values[{Part::kVersions, "mnist"}] = quoted(machine.mnist);
  values[{Part::kVersions, "revision"}] = quoted(machine.revision);
  values[{Part::kVersions, "libtorch"}] = quoted(machine.libtorch);
  values[{Part::kVersions, "compiler"}] = quoted(machine.compiler);
  for (const DataFile& file : record.data.files) {
    values[{Part::kData, file.name}] = quoted(file.sha256);
  }
  return values;
}

/// Where it stands in JSON, whose names have '_' where options have '-'.
std::string path_of(Part part, std::string name) {
  switch (part) {
    case Part::kOption:
      std::ranges::replace(name, '-', '_');
      return "options/" + name;
    case Part::kHardware:
      return "machine/" + name;
    case Part::kVersions:
      return "machine/versions/" + name;
    case Part::kData:
      break;
  }
  return "data/" + name;
}

/// What differs, and for an option why it has to stay as it is.
std::string refusal(const Difference& difference) {
  const auto* reason = std::ranges::find(kReasons, difference.name, &Reason::option);
  if (difference.part != Part::kOption || reason == std::end(kReasons)) return difference.text;
  return fmt::format("{} ({})", difference.text, reason->text);
}

}  // namespace

std::vector<Difference> differences(const RunRecord& then, const RunRecord& now,
                                    std::string_view wording) {
  const auto old = flattened(then);
  std::vector<Difference> result;
  for (const auto& [key, value] : flattened(now)) {
    const auto found = old.find(key);
    const std::string before = found == old.end() ? "null" : found->second;
    // An empty text is that of an option that was not given: in records from before it there is
    // none.
    if (before == value || (found == old.end() && value == R"("")")) continue;
    const auto& [part, name] = key;
    result.push_back(
        {part, name, fmt::format(fmt::runtime(wording), path_of(part, name), before, value)});
  }
  return result;
}

ResumedWith check_resumable(const RunRecord& then, const RunRecord& now) {
  ResumedWith result;
  std::vector<std::string> others;
  for (const Difference& difference : differences(then, now)) {
    const auto& [part, name, text] = difference;
    const bool option = part == Part::kOption;
    if (option && (name == "epochs" || name == "learning-rate" || name == "schedule")) {
      result.settings.push_back(difference);
    } else if (part == Part::kHardware || (option && name == "threads") ||
               (part == Part::kVersions && name != "libtorch")) {
      result.machine.push_back(difference);
    } else {
      others.push_back(refusal(difference));
    }
  }
  if (!others.empty()) {
    throw Error("cannot resume with other settings: {}", fmt::join(others, "; "));
  }
  return result;
}

bool changes_steps(const Difference& setting, const RunRecord& now) {
  const OptionValue* schedule = now.find("schedule");
  return setting.name != "epochs" ||
         (schedule && *schedule != OptionValue(std::string(name_of(Schedule::kConstant))));
}

}  // namespace mnist
