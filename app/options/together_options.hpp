#pragma once

#include <c10/core/Device.h>

#include <string>

#include "mnist/distributed/environment.hpp"
#include "options/option_table.hpp"

namespace mnist {

/// How a process trains together with others. What is not given is in the environment.
struct TogetherOptions {
  int rank = -1;                ///< -1 where it is not given
  int world_size = 0;           ///< 0 where it is not given
  std::string rendezvous = {};  ///< "HOST:PORT", or empty
  int timeout = 60;             ///< seconds

  /// Throws `UsageError` where the options say half of it or the device is one that only a process
  /// alone takes, and `Error` where the environment says half of it.
  Membership membership(const c10::Device& device) const;

 private:
  Membership given() const;
};

/// The rule for `--rendezvous`.
Text meeting_point();

/// Sets the member `together` of `Options`.
template <typename Options>
void add_together_options(OptionTable<Options>& table) {
  constexpr int kMost = 4096;
  table
      .add(
          "rank", "N", "number of this process, from 0, among those that train together",
          [](auto& o) -> auto& { return o.together.rank; }, Whole{0, kMost - 1})
      .with_default("what torchrun, mpirun or srun says");
  table
      .add(
          "world-size", "N", "how many processes train together",
          [](auto& o) -> auto& { return o.together.world_size; }, Whole{1, kMost})
      .with_default("what torchrun, mpirun or srun says, else 1");
  table
      .add(
          "rendezvous", "HOST:PORT",
          "where they meet: an address of rank 0's machine, and a free port there",
          [](auto& o) -> auto& { return o.together.rendezvous; }, meeting_point())
      .with_default("$MASTER_ADDR and $MASTER_PORT");
  table.add(
      "timeout", "SECONDS", "how long a process waits for another before all end",
      [](auto& o) -> auto& { return o.together.timeout; }, Whole{1, 86400});
}

}  // namespace mnist
