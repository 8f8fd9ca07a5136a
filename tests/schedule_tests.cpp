#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "catch.hpp"
#include "mnist/schedule.hpp"

using namespace mnist;

TEST_CASE("a constant learning rate is the same at each step", "[schedule]") {
  for (const int step : {0, 1, 99}) {
    CHECK(learning_rate_at(Schedule::kConstant, 0.25, step, 100) == 0.25);
  }
}

TEST_CASE("a linear rate is soon at its peak and then falls to nearly nothing", "[schedule]") {
  const auto rate = [](int step) { return learning_rate_at(Schedule::kLinear, 2, step, 1000); };
  const auto near = [](double a, double b) { return std::abs(a - b) < 0.003; };
  CHECK(near(rate(9), 0.95));
  CHECK(near(rate(20), 2));
  CHECK(near(rate(510), 1));
  CHECK(rate(999) > 0);
  CHECK(near(rate(999), 0));
  CHECK(learning_rate_at(Schedule::kLinear, 2, 0, 1) > 0);
}

TEST_CASE("one cycle rises to the peak and falls to nearly nothing", "[schedule]") {
  for (const int steps : {1, 2, 10, 1000}) {
    std::vector<double> rates;
    for (int step = 0; step < steps; ++step) {
      rates.push_back(learning_rate_at(Schedule::kOneCycle, 2, step, steps));
    }
    const auto top = std::ranges::max_element(rates);
    CHECK(*top <= 2);
    CHECK(std::is_sorted(rates.begin(), top + 1));
    CHECK(std::is_sorted(top, rates.end(), std::greater<>()));
    CHECK(std::ranges::min(rates) > 0);
  }
  const auto near = [](double a, double b) { return std::abs(a - b) < 0.01; };
  CHECK(near(learning_rate_at(Schedule::kOneCycle, 2, 0, 1000), 0.2));
  CHECK(near(learning_rate_at(Schedule::kOneCycle, 2, 250, 1000), 2));
  CHECK(near(learning_rate_at(Schedule::kOneCycle, 2, 999, 1000), 0));
}
