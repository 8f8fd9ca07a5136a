#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/checkpoint/snapshot.hpp"
#include "mnist/trainer.hpp"

namespace mnist {

/// The epoch with the lowest validation loss so far.
struct Best {
  std::int64_t epoch = 0;  ///< from 1; 0 where there is none
  double loss = 0;
  NamedTensors weights;  ///< by their names in the model
};

/// How far a training run has come.
struct TrainingState {
  std::vector<EpochRecord> history;  ///< the epochs that are done
  Best best;
  Epoch epoch;  ///< under way; without an order between two epochs
};

/// A run as it can be stored, and gone on with to the same bits.
struct Checkpoint {
  std::string run;  ///< JSON: what the run was started with; for the caller to compare
  TrainingState state;
  NamedTensors tensors;  ///< weights, optimizer state and generators, as `capture` gives them
};

/// The bytes of a checkpoint file (mnist/checkpoint_file.hpp).
std::string to_bytes(const Checkpoint& checkpoint);

/// Throws `Error` where the bytes are of another kind or version, damaged, or not consistent.
Checkpoint parse_checkpoint(std::string_view bytes);

}  // namespace mnist
