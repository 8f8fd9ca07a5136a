#pragma once

#include "mnist/files/file_descriptor.hpp"

namespace mnist {

/// A flag that threads can wait for beside a socket, with poll: its descriptor is readable while it
/// is set.
class Wakeup {
 public:
  /// Throws `Error` where the system has no descriptor left.
  Wakeup();

  void set();  ///< may be called by a signal handler
  void clear();
  bool is_set() const;
  void wait() const;  ///< until it is set
  int descriptor() const;

 private:
  FileDescriptor event_;
};

}  // namespace mnist
