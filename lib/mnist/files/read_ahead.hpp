#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace mnist {

/// How many results may wait for their turn.
inline constexpr std::size_t kMostWaiting = 64;

/// What `read_ahead` does, with its state.
template <typename Read>
class ReadAhead {
 public:
  using Result = std::invoke_result_t<const Read&, std::size_t>;

  ReadAhead(std::size_t count, int threads, const Read& read) : count_(count), read_(read) {
    // The caller is one of the threads. Where the system gives no more, fewer do.
    try {
      for (int i = 1; i < threads && static_cast<std::size_t>(i) < count; ++i) {
        helpers_.emplace_back([this] { help(); });
      }
    } catch (const std::exception&) {
    }
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      next_ = count_;
    }
    changed_.notify_all();
    for (std::thread& helper : helpers_) helper.join();
  }

  /// The results in order, at each call the next: `count` calls. Rethrows what `read` threw.
  Result next_result() {
    std::unique_lock lock(mutex_);
    while (!slot(taken_).is_done) {
      if (may_begin()) {
        read_next(lock);
      } else {
        changed_.wait(lock);
      }
    }
    Slot done = std::exchange(slot(taken_), Slot());
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    if (done.error) std::rethrow_exception(done.error);
    return *std::move(done.result);
  }

 private:
  struct Slot {
    std::optional<Result> result = {};
    std::exception_ptr error = {};
    bool is_done = false;
  };

  Slot& slot(std::size_t i) { return slots_[i % kMostWaiting]; }
  bool may_begin() const { return next_ < count_ && next_ < taken_ + kMostWaiting; }

  void help() {
    std::unique_lock lock(mutex_);
    while (next_ < count_) {
      if (may_begin()) {
        read_next(lock);
      } else {
        changed_.wait(lock);
      }
    }
  }

  void read_next(std::unique_lock<std::mutex>& lock) {
    const std::size_t i = next_++;
    lock.unlock();
    Slot done{.is_done = true};
    try {
      done.result.emplace(read_(i));
    } catch (...) {
      done.error = std::current_exception();
    }
    lock.lock();
    slot(i) = std::move(done);
    changed_.notify_all();
  }

  const std::size_t count_;
  const Read& read_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_ = 0;   ///< to be read; `count_` where no more are
  std::size_t taken_ = 0;  ///< from the front
  std::vector<Slot> slots_{kMostWaiting};
  std::vector<std::thread> helpers_;
};

/// Calls `take(i, read(i))` for each i in [0, count), in this order, on the calling thread. `read`
/// is called on up to `threads` threads, the caller among them, for each i once: ahead of its turn,
/// by at most `kMostWaiting`. What `read(i)` throws comes out of here when it is its turn, and what
/// `take` throws at once: the rest is then left out, but for what is being read.
template <typename Read, typename Take>
void read_ahead(std::size_t count, int threads, const Read& read, const Take& take) {
  ReadAhead<Read> ahead(count, threads, read);
  for (std::size_t i = 0; i < count; ++i) take(i, ahead.next_result());
}

}  // namespace mnist
