#include "options/option_rules.hpp"

#include <charconv>

namespace mnist {
namespace {

template <typename Number>
Number parse_number(const std::string& option, const std::string& text, Number minimum,
                    Number maximum, const char* kind) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  // The comparison is written so that NaN fails it.
  if (error != std::errc() || stopped != end || !(value >= minimum && value <= maximum)) {
    throw UsageError("--{} is '{}': expected {} from {} to {}", option, text, kind, minimum,
                     maximum);
  }
  return value;
}

}  // namespace

std::int64_t Whole::parse(const std::string& option, const std::string& text) const {
  return parse_number(option, text, minimum, maximum, "a whole number");
}

double Real::parse(const std::string& option, const std::string& text) const {
  return parse_number(option, text, minimum, maximum, "a number");
}

bool Switch::parse(const std::string& option, const std::string& text) const {
  return Choice<bool>{{{"true", true}, {"false", false}}}.parse(option, text);
}

std::filesystem::path Path::parse(const std::string& option, const std::string& text) const {
  if (text.empty()) throw UsageError("--{} is empty: expected a path", option);
  return text;
}

std::string Text::parse(const std::string& option, const std::string& text) const {
  if (!accepts(text)) throw UsageError("--{} is '{}': expected {}", option, text, expected);
  return text;
}

}  // namespace mnist
