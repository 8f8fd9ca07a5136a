#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "mnist/distributed/process_group.hpp"

/// The post between threads that stand in for processes.
class Post {
 public:
  /// From whom, to whom, and the tag.
  using Address = std::tuple<int, int, int>;

  void send(const Address& address, std::span<const std::byte> bytes) {
    const std::scoped_lock lock(mutex_);
    letters_[address].emplace_back(bytes.begin(), bytes.end());
    arrived_.notify_all();
  }

  void receive(const Address& address, std::span<std::byte> bytes) {
    std::unique_lock lock(mutex_);
    auto& letters = letters_[address];
    arrived_.wait(lock, [&] { return !letters.empty(); });
    std::ranges::copy(letters.front(), bytes.begin());
    letters.pop_front();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<Address, std::deque<std::vector<std::byte>>> letters_;
};

class ThreadGroup : public mnist::ProcessGroup {
 public:
  ThreadGroup(Post& post, int rank, int size) : ProcessGroup(rank, size), post_(post) {}

 protected:
  void exchange(int peer, int tag, std::span<const std::byte> sent,
                std::span<std::byte> received) override {
    if (!sent.empty()) post_.send({rank(), peer, tag}, sent);
    if (!received.empty()) post_.receive({peer, rank(), tag}, received);
  }

 private:
  Post& post_;
};

/// Calls `work(group)` as each of `size` processes would.
template <typename Group = ThreadGroup, typename Work>
void as_processes(int size, const Work& work) {
  Post post;
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank) {
    threads.emplace_back([&, rank] {
      try {
        Group group(post, rank, size);
        work(group);
      } catch (...) {
        failures[static_cast<std::size_t>(rank)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}
