#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/read_ahead.hpp"

namespace mnist {
namespace {

TEST_CASE("results come in order on the calling thread, each read once", "[files]") {
  for (const int threads : {1, 2, 3, 8}) {
    for (const std::size_t count : {0, 1, 2, 63, 64, 65, 500}) {
      std::vector<std::atomic<int>> times(count);
      const auto caller = std::this_thread::get_id();
      std::size_t next = 0;
      read_ahead(
          count, threads,
          [&](std::size_t i) {
            ++times[i];
            if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
            return std::to_string(i);
          },
          [&](std::size_t i, const std::string& text) {
            CHECK(i == next++);
            CHECK(text == std::to_string(i));
            CHECK(std::this_thread::get_id() == caller);
          });
      CHECK(next == count);
      for (const auto& read : times) CHECK(read == 1);
    }
  }
}

TEST_CASE("one thread reads what is taken next, and no more", "[files]") {
  std::size_t taken = 0;
  read_ahead(
      100, 1,
      [&](std::size_t i) {
        CHECK(i == taken);
        return i;
      },
      [&](std::size_t, std::size_t) { ++taken; });
  CHECK(taken == 100);
}

TEST_CASE("several threads read at once, and not too far ahead", "[files]") {
  std::mutex mutex;
  std::set<std::thread::id> readers;
  std::atomic<std::size_t> taken = 0;
  std::atomic<int> at_once = 0, most_at_once = 0, too_far = 0;
  read_ahead(
      400, 4,
      [&](std::size_t i) {
        if (i >= taken + kMostWaiting + 1) ++too_far;
        const int now = ++at_once;
        for (int most = most_at_once;
             now > most && !most_at_once.compare_exchange_weak(most, now);) {
        }
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        const std::lock_guard lock(mutex);
        readers.insert(std::this_thread::get_id());
        --at_once;
        return i;
      },
      [&](std::size_t, std::size_t) { ++taken; });
  CHECK(too_far == 0);
  CHECK(most_at_once <= 4);
  CHECK(readers.size() > 1);
  CHECK(readers.size() <= 4);
}

TEST_CASE("an error comes out when it is its turn, and ends the rest", "[files]") {
  for (const int threads : {1, 3}) {
    std::vector<std::size_t> taken;
    const auto read = [](std::size_t i) {
      if (i == 5 || i == 7) throw std::runtime_error("it is " + std::to_string(i));
      return i;
    };
    const auto take = [&](std::size_t, std::size_t i) { taken.push_back(i); };
    try {
      read_ahead(1000, threads, read, take);
      FAIL();
    } catch (const std::runtime_error& error) {
      CHECK(error.what() == std::string("it is 5"));
    }
    CHECK(taken == std::vector<std::size_t>{0, 1, 2, 3, 4});
    CHECK_THROWS_AS(read_ahead(
                        1000, threads, [](std::size_t i) { return i; },
                        [](std::size_t i, std::size_t) {
                          if (i == 3) throw std::logic_error("enough");
                        }),
                    std::logic_error);
  }
}

TEST_CASE("after an error the next results can be asked for", "[files]") {
  for (const int threads : {1, 3}) {
    const auto read = [](std::size_t i) {
      if (i % 2 == 1) throw std::runtime_error("odd");
      return i;
    };
    ReadAhead ahead(200, threads, read);
    for (std::size_t i = 0; i < 200; ++i) {
      if (i % 2 == 1) {
        CHECK_THROWS_AS(ahead.next_result(), std::runtime_error);
      } else {
        CHECK(ahead.next_result() == i);
      }
    }
  }
}

}  // namespace
}  // namespace mnist
