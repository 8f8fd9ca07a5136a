#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "kernel_checks.hpp"
#include "mnist/machine/thread_pool.hpp"

using namespace mnist;
using namespace std::chrono_literals;

namespace {

/// How often each of `count` indices was visited.
std::vector<int> visits(std::int64_t count) {
  std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
  parallel_for(count, [&](std::int64_t i) { ++seen[static_cast<std::size_t>(i)]; });
  return {seen.begin(), seen.end()};
}

}  // namespace

TEST_CASE("each index is visited once, on any number of threads", "[parallel]") {
  for (const int threads : {1, 2, 3, 8, 64}) {
    const Threads set(threads);
    CHECK(pool_threads() == threads);
    for (const std::int64_t count : {0, 1, 2, 7, 1000}) {
      for (int again = 0; again < 50; ++again) {
        CHECK(visits(count) == std::vector<int>(static_cast<std::size_t>(count), 1));
      }
    }
  }
}

TEST_CASE("a thread that is held up leaves its share to the others", "[parallel]") {
  const Threads set(2);
  std::atomic<int> done = 0;
  parallel_for(10, [&](std::int64_t i) {
    const auto start = std::chrono::steady_clock::now();
    while (i == 0 && done < 9 && std::chrono::steady_clock::now() - start < 1min) {
      std::this_thread::yield();
    }
    if (i == 0) CHECK(done == 9);
    ++done;
  });
  CHECK(done == 10);
}

TEST_CASE("an exception comes out, and the threads go on working", "[parallel]") {
  const Threads set(3);
  for (int again = 0; again < 20; ++again) {
    CHECK_THROWS_AS(parallel_for(100,
                                 [](std::int64_t i) {
                                   if (i % 10 == 3) throw std::runtime_error("three");
                                 }),
                    std::runtime_error);
    CHECK(visits(100) == std::vector<int>(100, 1));
  }
}

TEST_CASE("work may itself be shared out, and two threads may share out at a time", "[parallel]") {
  const Threads set(2);
  std::atomic<int> done = 0;
  const auto share_out = [&] {
    for (int again = 0; again < 100; ++again) {
      parallel_for(4, [&](std::int64_t) { parallel_for(5, [&](std::int64_t) { ++done; }); });
    }
  };
  std::thread other(share_out);
  share_out();
  other.join();
  CHECK(done == 2 * 100 * 4 * 5);
}
