#pragma once

#include <string>
#include <string_view>

#include "mnist/training.hpp"
#include "mnist/weights.hpp"

namespace mnist {

/// A run as it can be stored, and resumed to the same bits.
struct Checkpoint {
  std::string run;  ///< JSON: what the run was started with; for the caller to compare
  TrainingState state;
  NamedTensors tensors;  ///< weights, optimizer state and generators, as `capture` gives them
};

/// The bytes of a checkpoint file (mnist/checkpoint/checkpoint_format.hpp).
std::string to_bytes(const Checkpoint& checkpoint);

/// Throws `Error` where the bytes are of another kind or version, damaged, or not consistent.
Checkpoint parse_checkpoint(std::string_view bytes);

}  // namespace mnist
