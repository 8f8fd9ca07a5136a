#pragma once

#include <ATen/Parallel.h>

namespace mnist {

/// While it lives LibTorch's own operators run on the calling thread. Between kernels they are too
/// small to be shared out, and LibTorch's threads, which spin while they wait, would take the
/// kernels' cores. To be made once: it takes LibTorch a millisecond.
class SerialOperators {
 public:
  SerialOperators() { at::set_num_threads(1); }
  ~SerialOperators() { at::set_num_threads(before_); }
  SerialOperators(const SerialOperators&) = delete;
  SerialOperators& operator=(const SerialOperators&) = delete;

 private:
  int before_ = at::get_num_threads();
};

}  // namespace mnist
