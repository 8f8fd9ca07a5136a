#include "run/run_record.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/shallow_json.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/machine/blas.hpp"
#include "mnist/machine/description.hpp"
#include "mnist/model_metadata.hpp"
#include "mnist/schedule.hpp"
#include "run/revision.hpp"

namespace mnist {
namespace {

using nlohmann::ordered_json;
using Part = Difference::Part;

constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 20;

/// JSON's names have '_' where options have '-'.
std::string with(char to, std::string name) {
  std::ranges::replace(name, to == '_' ? '-' : '_', to);
  return name;
}

OptionValue parse_value(const std::string& name, const ordered_json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  throw Error("its option '{}' is of type {}", name, json.type_name());
}

/// What is not on record stays empty.
MachineRecord parse_machine(const ordered_json& json) {
  MachineRecord machine;
  if (json.contains("processor")) {
    machine.hardware = {json.at("processor"), json.value("cpu_capability", ""),
                        json.value("threads", std::int64_t{0}), json.value("blas", "")};
  }
  const ordered_json versions = json.value("versions", ordered_json::object());
  machine.mnist = versions.value("mnist", "");
  machine.revision = versions.value("revision", "");
  machine.libtorch = versions.value("libtorch", "");
  machine.compiler = versions.value("compiler", "");
  return machine;
}

ordered_json to_json(const MachineRecord& machine) {
  ordered_json json;
  if (machine.hardware) {
    json = {{"processor", machine.hardware->processor},
            {"cpu_capability", machine.hardware->cpu_capability},
            {"threads", machine.hardware->threads},
            {"blas", machine.hardware->blas}};
  }
  json["versions"] = {{"mnist", machine.mnist},
                      {"revision", machine.revision},
                      {"libtorch", machine.libtorch},
                      {"compiler", machine.compiler}};
  return json;
}

/// The text of the file, or of the metadata.json that a model carries.
std::string read_text(const std::filesystem::path& path) {
  if (read_beginning(path, kZipMagic.size()) != kZipMagic) return read_file(path, kMostRecordBytes);
  return read_model_metadata(path);
}

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
  values[{Part::kVersion, "mnist"}] = quoted(machine.mnist);
  values[{Part::kVersion, "revision"}] = quoted(machine.revision);
  values[{Part::kVersion, "libtorch"}] = quoted(machine.libtorch);
  values[{Part::kVersion, "compiler"}] = quoted(machine.compiler);
  for (const DataFile& file : record.data) values[{Part::kData, file.name}] = quoted(file.sha256);
  return values;
}

std::string path_of(Part part, const std::string& name) {
  switch (part) {
    case Part::kOption:
      return "options/" + with('_', name);
    case Part::kHardware:
      return "machine/" + name;
    case Part::kVersion:
      return "machine/versions/" + name;
    case Part::kData:
      break;
  }
  return "data/" + name;
}

}  // namespace

std::string to_text(const OptionValue& value) {
  return std::visit([](const auto& content) { return fmt::format("{}", content); }, value);
}

MachineRecord this_machine(int threads) {
  return {.hardware = {{processor_name(), cpu_capability(), threads, detect_blas().name}},
          .mnist = kVersion,
          .revision = kRevision,
          .libtorch = libtorch_version(),
          .compiler = __VERSION__};
}

const OptionValue* RunRecord::find(std::string_view option) const {
  const auto found =
      std::ranges::find(options, option, &std::pair<std::string, OptionValue>::first);
  return found == options.end() ? nullptr : &found->second;
}

bool RunRecord::is_reproducible() const {
  const OptionValue* value = find("reproducible");
  return value && *value == OptionValue(true);
}

RunRecord RunRecord::determinants() const {
  RunRecord record = *this;
  if (!is_reproducible()) return record;
  std::erase_if(record.options, [](const auto& option) { return option.first == "threads"; });
  record.machine.hardware.reset();
  return record;
}

nlohmann::ordered_json to_json(const RunRecord& record) {
  ordered_json json = {{"command", record.command}};
  for (const auto& [name, value] : record.options) {
    std::visit([&, key = with('_', name)](const auto& content) { json["options"][key] = content; },
               value);
  }
  json["machine"] = to_json(record.machine);
  for (const DataFile& file : record.data) json["data"][file.name] = file.sha256;
  if (!record.weights_sha256.empty()) json["weights_sha256"] = record.weights_sha256;
  return json;
}

RunRecord parse_run_record(const nlohmann::ordered_json& json) {
  try {
    RunRecord record{.command = json.at("command"), .options = {}, .machine = {}, .data = {}};
    for (const auto& [name, value] : json.at("options").items()) {
      record.options.emplace_back(with('-', name), parse_value(name, value));
    }
    record.machine = parse_machine(json.value("machine", ordered_json::object()));
    const ordered_json data = json.value("data", ordered_json::object());
    for (const auto& [name, sha256] : data.items()) {
      record.data.push_back({name, sha256.get<std::string>(), false});
    }
    record.weights_sha256 = json.value("weights_sha256", "");
    return record;
  } catch (const nlohmann::json::exception& error) {
    throw Error("it is no record of a run: {}", error.what());
  }
}

RunRecord read_run_record(const std::filesystem::path& path) {
  try {
    RunRecord record = parse_run_record(parse_shallow<ordered_json>(read_text(path)));
    if (record.command != "train") throw Error("it does not describe a training");
    return record;
  } catch (const nlohmann::json::parse_error&) {
    throw Error("cannot repeat the run of '{}': it is not JSON", path.string());
  } catch (const std::exception& error) {
    throw Error("cannot repeat the run of '{}': {}", path.string(), one_line(error));
  }
}

std::vector<Difference> differences(const RunRecord& then, const RunRecord& now) {
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
        {part, name, fmt::format("{} was {} and is {}", path_of(part, name), before, value)});
  }
  return result;
}

std::vector<Difference> check_same_run(const RunRecord& then, const RunRecord& now) {
  const OptionValue* schedule = now.find("schedule");
  // Another learning rate would have come before, had there been more epochs.
  const bool epochs_matter =
      schedule && *schedule != OptionValue(std::string(name_of(Schedule::kConstant)));
  std::vector<Difference> small;
  std::vector<std::string> others;
  for (const Difference& difference : differences(then, now)) {
    const bool machine = difference.part == Part::kHardware || difference.part == Part::kVersion;
    if (difference.part == Part::kOption && difference.name == "epochs" && !epochs_matter) continue;
    if (machine && difference.name != "libtorch") {
      small.push_back(difference);
    } else {
      others.push_back(difference.text);
    }
  }
  if (!others.empty()) {
    throw Error("cannot resume with other settings: {}", fmt::join(others, "; "));
  }
  return small;
}

}  // namespace mnist
