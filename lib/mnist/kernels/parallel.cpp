#include "mnist/kernels/parallel.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mnist {
namespace {

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

/// Waits until `value` is no longer `old`. The kernels of a step follow each other within
/// microseconds, which is less than it takes to wake a thread up: so it looks again for a while
/// first. Not for long, some half a millisecond, as another process may need the core.
template <typename Value>
void await_change(const std::atomic<Value>& value, Value old) {
  constexpr int kLooks = 20'000;
  for (int i = 0; i < kLooks; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

class ThreadPool {
 public:
  explicit ThreadPool(int threads) {
    for (int i = 1; i < threads; ++i) helpers_.emplace_back([this] { help(); });
  }

  ~ThreadPool() {
    stopping_ = true;
    begin_round();
    for (std::thread& helper : helpers_) helper.join();
  }

  int threads() const { return static_cast<int>(helpers_.size()) + 1; }

  void run(std::int64_t count, const std::function<void(std::int64_t)>& work) {
    work_ = &work;
    count_ = count;
    next_ = 0;
    error_ = nullptr;
    busy_ = static_cast<int>(helpers_.size());
    begin_round();
    work_on();
    for (int busy = busy_; busy != 0; busy = busy_) await_change(busy_, busy);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void begin_round() {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }

  void help() {
    for (std::uint32_t round = 0;; ++round) {
      await_change(round_, round);
      if (stopping_) return;
      work_on();
      if (--busy_ == 0) busy_.notify_one();
    }
  }

  void work_on() {
    try {
      for (std::int64_t i = next_++; i < count_; i = next_++) (*work_)(i);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      error_ = std::current_exception();
      next_ = count_;
    }
  }

  const std::function<void(std::int64_t)>* work_ = nullptr;
  std::int64_t count_ = 0;
  std::atomic<std::int64_t> next_ = 0;
  std::atomic<int> busy_ = 0;  ///< helpers that are not done with the round
  std::atomic<std::uint32_t> round_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::vector<std::thread> helpers_;
};

std::unique_ptr<ThreadPool> pool;
std::atomic_flag pool_in_use;

}  // namespace

void set_kernel_threads(int count) {
  pool.reset();
  if (count > 1) pool = std::make_unique<ThreadPool>(count);
}

int kernel_threads() { return pool ? pool->threads() : 1; }

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& work) {
  if (count <= 1 || !pool || pool_in_use.test_and_set()) {
    for (std::int64_t i = 0; i < count; ++i) work(i);
    return;
  }
  struct Release {
    ~Release() { pool_in_use.clear(); }
  } const release;
  pool->run(count, work);
}

}  // namespace mnist
