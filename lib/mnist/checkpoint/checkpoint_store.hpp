#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "mnist/checkpoint/checkpoint.hpp"

namespace mnist {

/// Writes checkpoint.pt in `folder`; the one that was there becomes checkpoint.previous.pt.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

struct StoredCheckpoint {
  Checkpoint checkpoint;
  std::string warning;  ///< what is wrong with a newer one, which it was read instead of; or empty
};

/// The newest checkpoint in `folder` that is whole, or nothing where there is none at all. It only
/// reads. Throws `Error` where all are damaged.
std::optional<StoredCheckpoint> load_checkpoint(const std::filesystem::path& folder);

/// Puts checkpoint.previous.pt in checkpoint.pt's place. A run that was resumed from it calls this
/// before it saves: the next checkpoint sets checkpoint.pt aside, and would put the damaged one in
/// the place of the whole one. The folder has to be the caller's own. Throws `Error`.
void restore_previous_checkpoint(const std::filesystem::path& folder);

}  // namespace mnist
