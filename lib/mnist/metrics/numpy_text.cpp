#include "mnist/metrics/numpy_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>
#include <vector>

namespace mnist {
namespace {

constexpr std::size_t kLineWidth = 75;
constexpr std::size_t kEdgeItems = 3;
constexpr int kPrecision = 8;

// The indices shown of a row or column; where it is cut, `...` stands after the first kEdgeItems.
struct Axis {
  std::vector<std::size_t> shown;
  bool cut;
};

Axis axis_of(std::size_t length, bool summarised) {
  const bool cut = summarised && length > 2 * kEdgeItems;
  std::vector<std::size_t> shown(cut ? 2 * kEdgeItems : length);
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  if (cut) std::iota(shown.begin() + kEdgeItems, shown.end(), length - kEdgeItems);
  return {std::move(shown), cut};
}

// `[a b c]`, broken where a line would pass `width` columns, the later lines indented.
std::string bracketed(std::span<const std::string> words, bool cut, std::size_t indent,
                      std::size_t width) {
  std::string text = "[";
  std::size_t column = indent;
  const auto append = [&](const std::string& word) {
    if (column + word.size() > width) {
      text.erase(text.find_last_not_of(' ') + 1);
      text += '\n' + std::string(indent, ' ');
      column = indent;
    }
    text += word + ' ';
    column += word.size() + 1;
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (cut && i == kEdgeItems) append("...");
    append(words[i]);
  }
  if (!words.empty()) text.pop_back();
  return text + ']';
}

std::vector<std::string> words_of(const std::vector<std::int64_t>& values) {
  std::size_t width = 0;
  for (const auto value : values) width = std::max(width, fmt::formatted_size("{}", value));
  std::vector<std::string> words;
  for (const auto value : values) words.push_back(fmt::format("{:{}}", value, width));
  return words;
}

// A float as the digits before its point, those after it, and its exponent, if it has one.
struct Decimal {
  std::string whole;
  std::string fraction;
  std::string exponent;
};

Decimal decimal(double value, std::chars_format format, int precision) {
  std::array<char, 128> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision).ptr;
  const std::string text(buffer.data(), end);
  const auto exponent = std::min(text.find('e'), text.size());
  const auto point = std::min(text.find('.'), exponent);
  const auto fraction = std::min(point + 1, exponent);
  return {text.substr(0, point), text.substr(fraction, exponent - fraction), text.substr(exponent)};
}

bool needs_exponent(const std::vector<double>& values) {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  for (const double value : values) {
    if (value == 0) continue;
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
  return largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000;
}

std::vector<std::string> words_of(const std::vector<double>& values) {
  const bool exponent = needs_exponent(values);
  const auto format = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  std::size_t whole = 0;
  std::size_t fraction = 0;
  for (const double value : values) {
    const Decimal number = decimal(value, format, kPrecision);
    whole = std::max(whole, number.whole.size());
    fraction = std::max(fraction, number.fraction.find_last_not_of('0') + 1);
  }
  std::vector<std::string> words;
  for (const double value : values) {
    Decimal number = decimal(value, format, static_cast<int>(fraction));
    if (!exponent) number.fraction.erase(number.fraction.find_last_not_of('0') + 1);
    words.push_back(fmt::format("{:>{}}.{:<{}}{}", number.whole, whole, number.fraction, fraction,
                                number.exponent));
  }
  return words;
}

template <typename Value>
std::string matrix_text(std::span<const Value> values, std::size_t columns, std::size_t threshold) {
  const bool summarised = values.size() > threshold;
  const Axis down = axis_of(values.size() / columns, summarised);
  const Axis across = axis_of(columns, summarised);
  std::vector<Value> shown;
  for (const auto row : down.shown) {
    for (const auto column : across.shown) shown.push_back(values[row * columns + column]);
  }
  const std::vector<std::string> words = words_of(shown);
  std::string text = "[";
  for (std::size_t row = 0; row < down.shown.size(); ++row) {
    if (row > 0) text += "\n ";
    if (down.cut && row == kEdgeItems) text += "...\n ";
    const auto first = words.data() + row * across.shown.size();
    text += bracketed({first, across.shown.size()}, across.cut, 2, kLineWidth - 2);
  }
  return text + ']';
}

}  // namespace

std::string numpy_text(std::span<const std::int64_t> values, std::size_t threshold) {
  const Axis across = axis_of(values.size(), values.size() > threshold);
  std::vector<std::int64_t> shown;
  for (const auto i : across.shown) shown.push_back(values[i]);
  return bracketed(words_of(shown), across.cut, 1, kLineWidth - 1);
}

std::string numpy_text(std::span<const std::int64_t> values, std::size_t columns,
                       std::size_t threshold) {
  return matrix_text(values, columns, threshold);
}

std::string numpy_text(std::span<const double> values, std::size_t columns, std::size_t threshold) {
  return matrix_text(values, columns, threshold);
}

}  // namespace mnist
