#pragma once

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/wakeup.hpp"

namespace mnist {

/// Runs each connection on a thread of its own, which is made when it is first needed. Where all
/// are taken, `enqueue` waits for one, so that further connections wait in the system's queue; and
/// sets `scarce`, for those that are idle to end.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  ConnectionThreads(std::size_t most, Wakeup& scarce) : most_(most), scarce_(scarce) {}

  // Newer versions of the library ask whether the task was taken.
  using Taken = decltype(std::declval<httplib::TaskQueue&>().enqueue(nullptr));
  Taken enqueue(std::function<void()> task) override;

  /// Returns when all tasks are done.
  void shutdown() override;

 private:
  void work();
  void add_thread();

  std::size_t most_;
  Wakeup& scarce_;
  std::mutex mutex_;
  std::condition_variable task_came_, thread_came_;
  std::deque<std::function<void()>> tasks_;
  std::size_t free_ = 0;  ///< threads that wait for a task
  bool ends_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mnist
