#pragma once

#include <filesystem>
#include <optional>

#include "mnist/checkpoint/checkpoint.hpp"

namespace mnist {

/// Writes checkpoint.pt in `folder`; the one that was there becomes checkpoint.previous.pt.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// The newest checkpoint in `folder` that is whole, or nothing where there is none at all. Says on
/// stderr what is wrong with a newer one. Throws `Error` where all are damaged.
std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& folder);

/// The network that the checkpoint's run would end with if it ended there. Throws `Error` where it
/// holds none that this program knows.
Cnn network_of(const Checkpoint& checkpoint);

}  // namespace mnist
