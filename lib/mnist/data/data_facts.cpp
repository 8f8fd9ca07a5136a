#include "mnist/data/data_facts.hpp"

#include <fmt/format.h>

namespace mnist {

std::vector<std::string> numbers_from(std::size_t first, std::size_t count) {
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(fmt::format("{}", first + i));
  return numbers;
}

}  // namespace mnist
