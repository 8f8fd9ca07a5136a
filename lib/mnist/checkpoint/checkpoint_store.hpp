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
  std::string warning;  ///< what is wrong with a newer one; empty if nothing
};

/// The newest checkpoint in `folder` that is whole, or nothing where there is none at all. Throws
/// `Error` where all are damaged.
std::optional<StoredCheckpoint> load_checkpoint(const std::filesystem::path& folder);

}  // namespace mnist
