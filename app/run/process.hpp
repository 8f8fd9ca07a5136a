#pragma once

namespace mnist {

/// What has to be set before anything else: the allocator keeps freed memory, a reader of stdout
/// that goes away and a file too large for its limit are errors like others, and no file takes the
/// place of a standard stream that is closed.
void prepare_process();

/// What could not be written to stdout may only show when its buffer is emptied: throws `Error`
/// then.
void flush_stdout();

/// The cores that this process may use: its affinity mask, and the CPU quota of its container. At
/// least 1.
int available_cores();

/// Sets the number of threads that LibTorch and the kernels compute with, and flushes denormal
/// numbers on the kernels' threads.
void set_threads(int count);

}  // namespace mnist
