#include "run/run_record.hpp"

#include <caffe2/serialize/inline_container.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "console/terminal.hpp"
#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/shallow_json.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/schedule.hpp"

namespace mnist {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMostRecordBytes = std::uint64_t{1} << 20;

/// The options that can be repeated: a file from elsewhere may not choose where results go.
constexpr std::string_view kRepeated[] = {
    "recipe",         "schedule", "epochs",  "batch_size", "learning_rate", "validation_split",
    "early_stopping", "seed",     "threads", "device",     "reproducible"};

/// The text of the file, or of the metadata.json that a model carries: no operator runs for it.
std::string read_text(const std::filesystem::path& path) {
  if (read_beginning(path, kZipMagic.size()) != kZipMagic) return read_file(path, kMostRecordBytes);
  caffe2::serialize::PyTorchStreamReader archive(path.string());
  const auto [data, size] = archive.getRecord("extra/metadata.json");
  return {static_cast<const char*>(data.get()), size};
}

void check_is_training(const json& run) {
  if (!run.is_object() || run.value("command", json()) != "train" || !run.contains("options") ||
      !run.at("options").is_object()) {
    throw Error("it does not describe a training");
  }
  for (const auto& [name, value] : run.at("options").items()) {
    if (std::ranges::find(kRepeated, name) == std::end(kRepeated) || !value.is_primitive()) {
      throw Error("this program cannot repeat its option {}", json(name).dump(-1, ' ', true));
    }
  }
}

bool is_reproducible(const json& run) {
  return run.at("options").value("reproducible", json()) == json(true);
}

struct Difference {
  std::string path;  ///< such as "/options/seed"
  std::string text;
};

/// Where `then` has not what `now` has.
std::vector<Difference> differences(const json& then, const json& now) {
  std::vector<Difference> result;
  const json values = now.flatten();
  for (const auto& [path, value] : values.items()) {
    const json::json_pointer place(path);
    const json old = then.contains(place) ? then.at(place) : json();
    if (value == old) continue;
    result.push_back(
        {path, fmt::format("{} was {} and is {}", path.substr(1), old.dump(), value.dump())});
  }
  return result;
}

}  // namespace

nlohmann::json read_recorded_run(const std::filesystem::path& path) {
  try {
    json run = parse_shallow(read_text(path));
    check_is_training(run);
    return run;
  } catch (const json::parse_error&) {
    throw Error("cannot repeat the run of '{}': it is not JSON", path.string());
  } catch (const std::exception& error) {
    throw Error("cannot repeat the run of '{}': {}", path.string(), one_line(error));
  }
}

std::vector<std::string> arguments_of(const json& run) {
  std::vector<std::string> arguments;
  for (const auto& [name, value] : run.at("options").items()) {
    if (name == "threads" && is_reproducible(run)) continue;
    std::string option = name, text = value.dump(-1, ' ', /*ensure_ascii=*/true);
    std::ranges::replace(option, '_', '-');
    if (value.is_string()) text = text.substr(1, text.size() - 2);
    arguments.push_back(fmt::format("--{}={}", option, text));
  }
  return arguments;
}

nlohmann::ordered_json essence(nlohmann::ordered_json run) {
  if (!is_reproducible(run)) return run;
  run["options"].erase("threads");
  run["machine"] = {{"versions", run["machine"]["versions"]}};
  return run;
}

void check_same_run(const json& then, const json& now) {
  // Another learning rate would have come before, had there been more epochs.
  const bool epochs_matter = now.at("options").at("schedule") != name_of(Schedule::kConstant);
  std::vector<std::string> others;
  for (const auto& [path, text] : differences(then, now)) {
    if (path == "/options/epochs" && !epochs_matter) continue;
    if (path.starts_with("/machine/") && path != "/machine/versions/libtorch") {
      print_stderr("mnist: warning: {}: the last digits may differ\n", text);
    } else {
      others.push_back(text);
    }
  }
  if (!others.empty()) {
    throw Error("cannot resume with other settings: {}", fmt::join(others, "; "));
  }
}

void note_differences(const json& then, const json& now) {
  for (const auto& [path, text] : differences(then, now)) {
    if (path.starts_with("/options/")) continue;
    print_stderr("mnist: note: {}: the result may differ\n", text);
  }
}

}  // namespace mnist
