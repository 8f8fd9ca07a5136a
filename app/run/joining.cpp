#include "run/joining.hpp"

#include <fmt/format.h>

#include <chrono>

#include "console/terminal.hpp"
#include "mnist/distributed/join.hpp"
#include "mnist/distributed/sockets.hpp"
#include "mnist/kernels/shards.hpp"

namespace mnist {

std::unique_ptr<ProcessGroup> join_others(const Membership& membership, int timeout) {
  if (membership.size > 1) {
    speak_as(fmt::format("rank {} on {}", membership.rank, host_name()), membership.rank == 0);
  }
  std::unique_ptr<ProcessGroup> group = join(membership, std::chrono::seconds(timeout));
  if (Shards::kMost % group->size() != 0) {
    print_note("{} processes come to weights of their own; 1, 2, 4 and 8 come to the same",
               group->size());
  }
  return group;
}

}  // namespace mnist
