#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mnist/error.hpp"

namespace mnist {

/// The command line is wrong: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// " (did you mean 'NAME'?)" with the name that `word` is nearest to, or nothing if none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace mnist
