#include "mnist/machine/thread_pool.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace mnist {
namespace {

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

/// Waits for a value to change. The kernels of a step follow each other within microseconds, which
/// is less than it takes to wake a thread up: so a thread looks again for a while before it sleeps.
/// Where that was in vain, as another process holds the core that the change has to come from, it
/// looks for less long the next time, and leaves that core to whoever works.
class Waiter {
 public:
  template <typename Value>
  void await_change(const std::atomic<Value>& value, Value old) {
    for (int i = 0; i < looks_; ++i) {
      if (value.load(std::memory_order_acquire) != old) return;
      pause_briefly();
    }
    const auto begin = std::chrono::steady_clock::now();
    value.wait(old, std::memory_order_acquire);
    const bool soon = std::chrono::steady_clock::now() - begin < kSoon;
    looks_ = soon ? std::min(looks_ * 2, kMostLooks) : std::max(looks_ / 2, kFewestLooks);
  }

 private:
  static constexpr int kMostLooks = 20'000;  // some half a millisecond
  static constexpr int kFewestLooks = 200;
  static constexpr std::chrono::microseconds kSoon{100};
  int looks_ = kMostLooks;
};

/// Pieces [next, end) of the work, in one word, so that to claim one is one atomic change: a thread
/// that comes late, perhaps in a later round, claims what there is or nothing.
class alignas(64) Share {  // on a line of the cache of its own
 public:
  void fill(std::uint32_t begin, std::uint32_t end) {
    pieces_.store(std::uint64_t{end} << 32 | begin, std::memory_order_release);
  }

  std::optional<std::uint32_t> claim() {
    std::uint64_t pieces = pieces_.load(std::memory_order_acquire);
    while (next(pieces) < end(pieces)) {
      if (pieces_.compare_exchange_weak(pieces, pieces + 1, std::memory_order_acq_rel)) {
        return next(pieces);
      }
    }
    return std::nullopt;
  }

  /// Takes all that is left, and returns how much it was.
  std::uint32_t clear() {
    const std::uint64_t pieces = pieces_.exchange(0, std::memory_order_acq_rel);
    return end(pieces) - next(pieces);
  }

 private:
  static std::uint32_t next(std::uint64_t pieces) { return static_cast<std::uint32_t>(pieces); }
  static std::uint32_t end(std::uint64_t pieces) {
    return static_cast<std::uint32_t>(pieces >> 32);
  }

  std::atomic<std::uint64_t> pieces_ = 0;
};

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

  /// Waits for the pieces that are being worked on, and for no thread that has none: one that gets
  /// no core meanwhile finds the round over when it comes.
  void run(std::int64_t count, const std::function<void(std::int64_t)>& work) {
    work_ = &work;
    error_ = nullptr;
    left_.store(static_cast<std::uint32_t>(count), std::memory_order_relaxed);
    const auto threads = static_cast<std::int64_t>(shares_.size());
    for (std::int64_t i = 0; i < threads; ++i) {
      shares_[static_cast<std::size_t>(i)].fill(
          static_cast<std::uint32_t>(i * count / threads),
          static_cast<std::uint32_t>((i + 1) * count / threads));
    }
    begin_round();
    work_on(0);
    for (std::uint32_t left; (left = left_.load(std::memory_order_acquire)) != 0;) {
      waiter_.await_change(left_, left);
    }
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void begin_round() {
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
  }

  void help(std::size_t own_share) {
    Waiter waiter;
    for (std::uint32_t round = 0;;) {
      waiter.await_change(round_, round);
      round = round_.load(std::memory_order_acquire);
      if (stopping_) return;
      work_on(own_share);
    }
  }

  void work_on(std::size_t own_share) {
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      Share& share = shares_[(own_share + i) % shares_.size()];
      std::uint32_t done = 0;
      for (auto piece = share.claim(); piece; piece = share.claim()) done += work_on_piece(*piece);
      finish(done);
    }
  }

  /// Returns how many pieces that settles: with an exception those that nobody has begun, too.
  std::uint32_t work_on_piece(std::uint32_t piece) {
    std::uint32_t settled = 1;
    try {
      (*work_)(piece);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      error_ = std::current_exception();
      for (Share& share : shares_) settled += share.clear();
    }
    return settled;
  }

  void finish(std::uint32_t pieces) {
    if (pieces != 0 && left_.fetch_sub(pieces, std::memory_order_acq_rel) == pieces) {
      left_.notify_one();
    }
  }

  const std::function<void(std::int64_t)>* work_ = nullptr;
  std::vector<Share> shares_;
  std::atomic<std::uint32_t> left_ = 0;  ///< pieces of the round that are not done
  std::atomic<std::uint32_t> round_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  Waiter waiter_;  ///< of the thread that calls
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
