#include "mnist/machine/threads.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "mnist/machine/thread_pool.hpp"

namespace mnist {

void set_threads(int count) {
  at::set_num_threads(count);
  at::globalContext().setFlushDenormal(true);
  set_pool_threads(count);
}

void run_operators_serially() { at::set_num_threads(1); }

}  // namespace mnist
