#include "run/run_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/shallow_json.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/machine/blas.hpp"
#include "mnist/machine/description.hpp"
#include "mnist/model_metadata.hpp"
#include "run/data_record.hpp"
#include "run/revision.hpp"

namespace mnist {
namespace {

using nlohmann::ordered_json;

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
  json.update(to_json(record.data));
  if (!record.changes.empty()) json["changes"] = record.changes;
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
    record.data = parse_data_facts(json);
    record.weights_sha256 = json.value("weights_sha256", "");
    record.changes = json.value("changes", std::vector<std::string>());
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

}  // namespace mnist
