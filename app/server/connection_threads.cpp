#include "server/connection_threads.hpp"

#include <system_error>

namespace mnist {

ConnectionThreads::Taken ConnectionThreads::enqueue(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  task_came_.notify_one();
  if (free_ < tasks_.size()) add_thread();
  if (free_ < tasks_.size() && threads_.size() >= most_) {
    scarce_.set();
    thread_came_.wait(lock, [&] { return tasks_.empty(); });
    scarce_.clear();
  }
  return static_cast<Taken>(true);
}

/// Where the system has no more threads, those there are have to do.
void ConnectionThreads::add_thread() {
  if (threads_.size() >= most_) return;
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    most_ = threads_.size();
    if (most_ == 0) throw;
  }
}

void ConnectionThreads::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++free_;
    task_came_.wait(lock, [&] { return !tasks_.empty() || ends_; });
    --free_;
    if (tasks_.empty()) return;
    const std::function<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    thread_came_.notify_one();
    lock.unlock();
    task();
    lock.lock();
  }
}

void ConnectionThreads::shutdown() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  task_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace mnist
