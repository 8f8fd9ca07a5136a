#pragma once

#include <cstdint>
#include <string_view>

namespace mnist {

/// How the learning rate changes while training.
enum class Schedule : std::uint8_t {
  kConstant,
  kOneCycle,  ///< up in a straight line, then down along a cosine (Smith and Topin 2017)
  kLinear,    ///< up in the first few steps, then down to zero in a straight line
};

/// "constant", "one-cycle" or "linear".
std::string_view name_of(Schedule schedule);

/// The learning rate of `step`, counted from 0, of `steps` in all; `peak` is the highest.
double learning_rate_at(Schedule schedule, double peak, std::int64_t step, std::int64_t steps);

}  // namespace mnist
