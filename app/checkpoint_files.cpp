#include "checkpoint_files.hpp"

#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "mnist/atomic_file.hpp"
#include "mnist/error.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/read_file.hpp"
#include "terminal.hpp"

namespace mnist {
namespace {

constexpr const char* kNewest = "checkpoint.pt";
constexpr const char* kPrevious = "checkpoint.previous.pt";
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() !=
         std::filesystem::file_type::not_found;
}

Checkpoint load(const std::filesystem::path& path) {
  try {
    return parse_checkpoint(read_file(path, kMostBytes));
  } catch (const std::exception& error) {
    throw Error("cannot use the checkpoint '{}': {}", path.string(), one_line(error));
  }
}

}  // namespace

void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint) {
  write_file_atomically(folder / kNewest, to_bytes(checkpoint), folder / kPrevious);
}

std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& folder) {
  const std::filesystem::path newest = folder / kNewest, previous = folder / kPrevious;
  if (!is_there(previous)) {
    if (!is_there(newest)) return std::nullopt;
    return load(newest);
  }
  try {
    return load(newest);
  } catch (const Error& error) {
    print_stderr("mnist: warning: {}; using {}\n", error.what(), kPrevious);
  }
  Checkpoint checkpoint = load(previous);
  // The next checkpoint sets the newest one aside, and must not put a damaged one in this one's
  // place.
  std::error_code error;
  std::filesystem::rename(previous, newest, error);
  if (error) throw Error("cannot replace '{}': {}", newest.string(), error.message());
  return checkpoint;
}

void check_same_run(const nlohmann::json& then, const nlohmann::json& now) {
  const nlohmann::json before = then.flatten(), after = now.flatten();
  // Another learning rate would have come before, had there been more epochs.
  const bool epochs_matter = after.value("/options/schedule", "") != name_of(Schedule::kConstant);
  std::vector<std::string> differences;
  for (const auto& [path, value] : after.items()) {
    const nlohmann::json old = before.value(path, nlohmann::json());
    if (value == old || (path == "/options/epochs" && !epochs_matter)) continue;
    const std::string difference =
        fmt::format("{} was {} and is {}", path.substr(1), old.dump(), value.dump());
    if (path.starts_with("/machine/") && path != "/machine/versions/libtorch") {
      print_stderr("mnist: warning: {}: the last digits may differ\n", difference);
    } else {
      differences.push_back(difference);
    }
  }
  if (!differences.empty()) {
    throw Error("cannot resume with other settings: {}", fmt::join(differences, "; "));
  }
}

}  // namespace mnist
