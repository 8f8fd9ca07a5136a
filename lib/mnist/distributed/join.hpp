#pragma once

#include <chrono>
#include <memory>

#include "mnist/distributed/environment.hpp"
#include "mnist/distributed/process_group.hpp"

namespace mnist {

/// Whether this program was built to train with others: with the headers of gloo.
bool can_join_others();

/// The group that this process is a member of, once all are there; for a process alone without
/// opening anything. Rank 0 listens where they meet, until all have met, and each process on the
/// address by which it reaches that. What they exchange, over LibTorch's c10d and Gloo, is neither
/// encrypted nor authenticated. `patience` is how long a process waits for another, here and later.
/// Throws `Error` where some do not come.
std::unique_ptr<ProcessGroup> join(const Membership& membership, std::chrono::seconds patience);

}  // namespace mnist
