#pragma once

#include <memory>

#include "mnist/distributed/environment.hpp"
#include "mnist/distributed/process_group.hpp"

namespace mnist {

/// Joins the processes that train together, most often one alone. From then on this process says
/// which one it is where something fails, and unless it leads nothing else. `timeout`, in seconds,
/// is how long one waits for another. Throws `Error` as `join` does.
std::unique_ptr<ProcessGroup> join_others(const Membership& membership, int timeout);

}  // namespace mnist
