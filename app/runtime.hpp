#pragma once

namespace mnist {

/// What has to be set before anything else: the allocator keeps freed memory, a reader of stdout
/// that goes away and a file too large for its limit are errors like others, and no file takes the
/// place of a standard stream that is closed.
void prepare_process();

/// Threads that wait for their next work spin for milliseconds by default, and starve each other
/// where anything else wants the cores: training takes many times as long then. GNU's OpenMP reads
/// how long to spin when it is loaded, so the program starts itself again, once.
void limit_spinning(char** argv);

/// What could not be written to stdout may only show when its buffer is emptied: throws `Error`
/// then.
void flush_stdout();

/// The cores that this process may use: its affinity mask, and the CPU quota of its container. At
/// least 1.
int available_cores();

/// Sets the number of threads that LibTorch computes with, and flushes denormal numbers on each of
/// them.
void set_threads(int count);

}  // namespace mnist
