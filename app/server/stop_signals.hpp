#pragma once

#include "server/wakeup.hpp"

namespace mnist {

/// The signals that ask a process to end which has nothing to save: SIGINT, SIGTERM and SIGHUP, but
/// for those that whoever started it wants ignored. While it lives the first one is waited for, and
/// a second one ends the process at once, with 128 and the signal as its status. To be made once.
class StopSignals {
 public:
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// Waits for the first one.
  void wait() const;

 private:
  Wakeup came_;
};

}  // namespace mnist
