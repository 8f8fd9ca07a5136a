#pragma once

#include <string>

#include "catch.hpp"
#include "mnist/error.hpp"

namespace mnist {

/// The message of the exception of that type that `action` throws; anything else fails the test.
template <typename Exception = Error, typename Action>
std::string error_of(Action&& action) {
  try {
    action();
  } catch (const Exception& error) {
    return error.what();
  }
  FAIL("expected an exception, and none was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace mnist
