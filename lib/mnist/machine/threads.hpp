#pragma once

namespace mnist {

/// Sets the number of threads that LibTorch and the kernels compute with, at most the cores there
/// are, as more would only take turns; and flushes denormal numbers, which are slow, to zero on all
/// of them: Adam's moments of weights that no longer learn decay into them.
void set_threads(int count);

/// From now on LibTorch's own operators run on the calling thread. Between kernels they are too
/// small to be shared out, and LibTorch's threads, which spin while they wait, would take the
/// kernels' cores. To be called once: it takes LibTorch a millisecond.
void run_operators_serially();

}  // namespace mnist
