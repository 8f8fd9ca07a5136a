#include "mnist/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mnist {

std::string_view name_of(Schedule schedule) {
  constexpr std::array<std::string_view, 3> kNames{"constant", "one-cycle", "linear"};
  return kNames[static_cast<std::size_t>(schedule)];
}

double learning_rate_at(Schedule schedule, double peak, std::int64_t step, std::int64_t steps) {
  if (schedule == Schedule::kConstant) return peak;
  const double done = (static_cast<double>(step) + 0.5) / static_cast<double>(steps);
  if (schedule == Schedule::kLinear) {
    constexpr double kWarmUp = 0.02;  // share of the steps
    return peak * std::min(done / kWarmUp, (1 - done) / (1 - kWarmUp));
  }
  constexpr double kRise = 0.25;  // share of the steps
  constexpr double kFirst = 0.1;  // share of the peak
  if (done < kRise) return peak * std::lerp(kFirst, 1, done / kRise);
  return peak * (1 + std::cos(std::numbers::pi * (done - kRise) / (1 - kRise))) / 2;
}

}  // namespace mnist
