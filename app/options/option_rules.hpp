#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options/usage_error.hpp"
#include "run/run_record.hpp"

// Which texts an option takes, and what they mean. Each rule has `parse`, which throws
// `UsageError`, naming the option, for any other text, and `write`, which gives the value back.
namespace mnist {

/// Numbers that a text is as a whole ("6000000000" is no int, "0.01abc" no number at all).
struct Whole {
  std::int64_t minimum, maximum;
  std::int64_t parse(const std::string& option, const std::string& text) const;
  OptionValue write(std::int64_t value) const { return value; }
};

struct Real {
  double minimum, maximum;
  double parse(const std::string& option, const std::string& text) const;
  OptionValue write(double value) const { return value; }
};

/// Without an argument it is true.
struct Switch {
  bool parse(const std::string& option, const std::string& text) const;
  OptionValue write(bool value) const { return value; }
};

/// Any text but the empty one, which stands for a path that was not given.
struct Path {
  std::filesystem::path parse(const std::string& option, const std::string& text) const;
  OptionValue write(const std::filesystem::path& value) const { return value.string(); }
};

/// A text that `accepts` takes; `expected` says which these are.
struct Text {
  bool (*accepts)(std::string_view text);
  const char* expected;
  std::string parse(const std::string& option, const std::string& text) const;
  OptionValue write(const std::string& value) const { return value; }
};

/// One of several names.
template <typename Value>
struct Choice {
  std::vector<std::pair<std::string, Value>> choices;

  /// "one, two or three"
  std::string names() const {
    std::string names;
    for (const auto& [name, value] : choices) {
      if (!names.empty()) names += name == choices.back().first ? " or " : ", ";
      names += name;
    }
    return names;
  }
  Value parse(const std::string& option, const std::string& text) const {
    for (const auto& [name, value] : choices) {
      if (name == text) return value;
    }
    throw UsageError("--{} is '{}': expected {}", option, text, names());
  }
  OptionValue write(const Value& value) const {
    for (const auto& [name, choice] : choices) {
      if (choice == value) return name;
    }
    return std::string();
  }
};

}  // namespace mnist
