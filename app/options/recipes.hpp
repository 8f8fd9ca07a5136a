#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mnist/cnn.hpp"
#include "mnist/schedule.hpp"

namespace mnist {

/// A network, and the training options that it does well with. `mnist train` takes them for those
/// that it is not given.
struct Recipe {
  std::string_view name;
  std::string_view summary;
  CnnOptions network;
  std::int64_t epochs = 10;
  std::int64_t batch_size = 32;
  double learning_rate = 1e-3;
  Schedule schedule = Schedule::kConstant;
  double beta1 = 0.9, beta2 = 0.999;  ///< Adam's decay rates
  double validation_split = 0.1;
};

/// The first one is the default.
std::span<const Recipe> recipes();

/// Throws `UsageError` where there is none of that name.
const Recipe& find_recipe(std::string_view name);

}  // namespace mnist
