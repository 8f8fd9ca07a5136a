#pragma once

namespace mnist {

/// The cores that this process may use: its affinity mask, and the CPU quota of its container. At
/// least 1.
int available_cores();

}  // namespace mnist
