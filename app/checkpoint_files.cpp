#include "checkpoint_files.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "console/terminal.hpp"
#include "mnist/error.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/libtorch_error.hpp"
#include "options/recipes.hpp"

namespace mnist {
namespace {

constexpr const char* kNewest = "checkpoint.pt";
constexpr const char* kPrevious = "checkpoint.previous.pt";
constexpr std::uint64_t kMostCheckpointBytes = std::uint64_t{1} << 30;

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::symlink_status(path, error).type() !=
         std::filesystem::file_type::not_found;
}

Checkpoint load(const std::filesystem::path& path) {
  try {
    return parse_checkpoint(read_file(path, kMostCheckpointBytes));
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

Cnn network_of(const Checkpoint& checkpoint) {
  try {
    const nlohmann::json options = nlohmann::json::parse(checkpoint.run).at("options");
    Cnn model(find_recipe(options.at("recipe").get<std::string>()).network);
    if (options.at("early_stopping") != 0 && checkpoint.state.best.epoch != 0) {
      set_weights(model, checkpoint.state.best.weights);
    } else {
      restore_weights(checkpoint.tensors, model);
    }
    return model;
  } catch (const nlohmann::json::exception& error) {
    throw Error("the checkpoint does not describe a training: {}", error.what());
  }
}

}  // namespace mnist
