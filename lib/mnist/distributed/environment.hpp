#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace mnist {

/// Which one of how many processes this is, and where they meet: on the machine of rank 0.
struct Membership {
  int rank = 0;
  int size = 1;
  std::string host = {};  ///< a name or an address
  int port = 0;
  std::string attempt = {};  ///< keeps those apart that meet again after a failure
  std::string starter = {};  ///< who said so: "torchrun", "--rank"
};

/// The value of an environment variable, or null.
using Environment = std::function<const char*(const char* name)>;

/// What torchrun, Open MPI, MPICH (and others that use Hydra) or Slurm say in the environment of
/// the processes that they start; a process alone where none of them has. For more than one process
/// $MASTER_ADDR and $MASTER_PORT say where they meet. Throws `Error`, naming the variable, for what
/// is missing or no number.
Membership membership_in(const Environment& environment);

/// Takes "HOST:PORT" or "[IPv6 ADDRESS]:PORT" apart. Returns false where the text is neither.
bool set_meeting_point(Membership& membership, std::string_view text);

}  // namespace mnist
