#include "mnist/checkpoint/checkpoint_store.hpp"

#include <string>

#include "mnist/error.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/libtorch_error.hpp"

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

std::optional<StoredCheckpoint> load_checkpoint(const std::filesystem::path& folder) {
  const std::filesystem::path newest = folder / kNewest, previous = folder / kPrevious;
  if (!is_there(previous)) {
    if (!is_there(newest)) return std::nullopt;
    return StoredCheckpoint{load(newest), {}};
  }
  std::string warning;
  try {
    return StoredCheckpoint{load(newest), {}};
  } catch (const Error& error) {
    warning = fmt::format("{}; using {}", error.what(), kPrevious);
  }
  return StoredCheckpoint{load(previous), warning};
}

void restore_previous_checkpoint(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::rename(folder / kPrevious, folder / kNewest, error);
  if (error) {
    throw Error("cannot replace '{}': {}", (folder / kNewest).string(), error.message());
  }
}

}  // namespace mnist
