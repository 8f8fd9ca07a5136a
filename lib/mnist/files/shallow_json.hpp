#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "mnist/error.hpp"

namespace mnist {

/// Parses JSON from elsewhere. Throws `Error` where it is nested deeper than anything of ours, as
/// what walks through it later takes the stack for each level, and `parse_error` where it is none.
template <typename Json = nlohmann::json>
Json parse_shallow(const std::string& text) {
  static constexpr int kMostDepth = 16;
  return Json::parse(text, [](int depth, typename Json::parse_event_t, Json&) {
    if (depth > kMostDepth) throw Error("its JSON is nested deeper than {}", kMostDepth);
    return true;
  });
}

}  // namespace mnist
