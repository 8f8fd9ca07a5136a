#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/files/safetensors.hpp"
#include "mnist/history.hpp"

namespace mnist {

/// What a checkpoint file says, its tensors as bytes.
struct CheckpointFile {
  std::string run;                   ///< JSON: what the run was started with
  std::vector<EpochRecord> history;  ///< the epochs that are done
  std::int64_t best_epoch = 0;  ///< the one with the lowest validation loss, from 1; 0 for none
  double best_loss = 0;
  std::int64_t steps_done = 0;  ///< of the epoch under way
  Totals totals;                ///< of these steps
  double seconds = 0;           ///< that they took
  std::map<std::string, RawTensor> tensors;
};

/// The bytes of a checkpoint file: a line "mnist checkpoint 1", a line with the SHA-256 of the
/// rest, and the rest is a safetensors file.
std::string to_bytes(const CheckpointFile& file);

/// Reads such bytes; the tensors are views of them. Throws `Error` where they are of another kind
/// or version, or damaged.
CheckpointFile parse_checkpoint_file(std::string_view bytes);

}  // namespace mnist
