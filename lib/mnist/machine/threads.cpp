#include "mnist/machine/threads.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "mnist/machine/cores.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {

void set_threads(int count) {
  const int used = std::min(count, available_cores());
  at::set_num_threads(used);
  at::globalContext().setFlushDenormal(true);
  set_pool_threads(used);
}

void run_operators_serially() { at::set_num_threads(1); }

}  // namespace mnist
