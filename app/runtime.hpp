#pragma once

namespace mnist {

/// What has to be set before the first tensor: the allocator keeps freed memory.
void prepare_process();

/// The cores that this process may use: its affinity mask, and the CPU quota of its container. At
/// least 1.
int available_cores();

/// Sets the number of threads that LibTorch computes with, and flushes denormal numbers on each of
/// them.
void set_threads(int count);

}  // namespace mnist
