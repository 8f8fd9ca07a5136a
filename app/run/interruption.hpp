#pragma once

#include "mnist/distributed/process_group.hpp"

namespace mnist {

/// While it lives a signal that asks the process to end is only noted, so that what is under way
/// can be finished and saved: SIGINT, SIGTERM, SIGHUP (the terminal is gone), SIGUSR1 (a batch
/// system's warning) and SIGXCPU (the soft limit of processor time). A SIGINT or SIGTERM after
/// another signal, or any after its end, ends the process at once with 128 and the signal as its
/// status. To be made once.
class Interruption {
 public:
  /// `argv` is the command's part of the command line, which goes on with `--resume`. A signal to
  /// one process of `group` is one to all of them.
  Interruption(int argc, const char* const* argv, ProcessGroup& group);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  /// Ends the process there and then where a signal was noted that `leave` has not answered.
  ~Interruption();

  /// Whether a signal was noted, by any process of the group; all get the same answer.
  bool noted() const;

  /// Says on stderr that the run is saved, and which command goes on with it, the program called as
  /// the user called it; then throws `ExitStatus` with 128 and the signal.
  [[noreturn]] void leave() const;

 private:
  int argc_;
  const char* const* argv_;
  ProcessGroup& group_;
};

}  // namespace mnist
