#pragma once

namespace mnist {

/// Thrown to end the program with `status` where all that is to be said has been said.
struct ExitStatus {
  int status;
};

}  // namespace mnist
