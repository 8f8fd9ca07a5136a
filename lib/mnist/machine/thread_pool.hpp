#pragma once

#include <cstdint>
#include <functional>

namespace mnist {

/// How many threads `parallel_for` uses, the caller's included, from now on; at first one. New
/// threads inherit the caller's floating-point settings. Not to be called while it runs.
void set_pool_threads(int count);
int pool_threads();

/// Calls `work(i)` for each i in [0, count) on these threads, in no order, and returns when all is
/// done. An exception of `work` comes out of here, and the rest is then left out. Called from
/// within `work`, or by a second thread meanwhile, it does it all on the calling thread.
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& work);

}  // namespace mnist
