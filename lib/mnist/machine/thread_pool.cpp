#include "mnist/machine/thread_pool.hpp"

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

/// Each thread begins with a share of its own, the same part of the work at each call, so that what
/// one kernel leaves in a core's cache the next one finds there; then it helps the others out.
class ThreadPool {
 public:
  explicit ThreadPool(std::size_t threads) : shares_(threads) {
    for (std::size_t i = 1; i < threads; ++i) helpers_.emplace_back([this, i] { help(i); });
  }

  ~ThreadPool() {
    stopping_ = true;
    begin_round();
    for (std::thread& helper : helpers_) helper.join();
  }

  int threads() const { return static_cast<int>(shares_.size()); }

  void run(std::int64_t count, const std::function<void(std::int64_t)>& work) {
    work_ = &work;
    const auto threads = static_cast<std::int64_t>(shares_.size());
    for (std::int64_t i = 0; Share & share : shares_) {
      share.next = i * count / threads;
      share.end = ++i * count / threads;
    }
    error_ = nullptr;
    busy_ = static_cast<int>(helpers_.size());
    begin_round();
    work_on(0);
    for (int busy = busy_; busy != 0; busy = busy_) await_change(busy_, busy);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void begin_round() {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }

  void help(std::size_t own_share) {
    for (std::uint32_t round = 0;; ++round) {
      await_change(round_, round);
      if (stopping_) return;
      work_on(own_share);
      if (--busy_ == 0) busy_.notify_one();
    }
  }

  void work_on(std::size_t own_share) {
    try {
      for (std::size_t i = 0; i < shares_.size(); ++i) {
        Share& share = shares_[(own_share + i) % shares_.size()];
        for (std::int64_t at = share.next++; at < share.end; at = share.next++) (*work_)(at);
      }
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      error_ = std::current_exception();
      for (Share& share : shares_) share.next = share.end;
    }
  }

  /// On a line of the cache of its own.
  struct alignas(64) Share {
    std::atomic<std::int64_t> next;
    std::int64_t end;
  };

  const std::function<void(std::int64_t)>* work_ = nullptr;
  std::vector<Share> shares_;
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

void set_pool_threads(int count) {
  pool.reset();
  if (count > 1) pool = std::make_unique<ThreadPool>(static_cast<std::size_t>(count));
}

int pool_threads() { return pool ? pool->threads() : 1; }

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
