#include "console/shaded_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace mnist {
namespace {

// Backgrounds of the 256-colour palette, from faint to strong.
constexpr int kGreens[] = {22, 28, 34, 40, 46};
constexpr int kReds[] = {52, 88, 124, 160, 196};
constexpr std::size_t kLevels = std::size(kGreens);

/// The cube root keeps one mistake in a thousand apart from none.
std::size_t level_of(double share) {
  const auto level = static_cast<std::size_t>(static_cast<double>(kLevels) * std::cbrt(share));
  return std::min(level, kLevels - 1);
}

std::string cell(std::int64_t count, double share, bool right, std::size_t width) {
  std::string text = fmt::format("{:>{}} ", count, width);
  if (count == 0) return text;
  const std::size_t level = level_of(share);
  // Black reads better than white on the two brightest greens.
  const int foreground = right && level + 2 >= kLevels ? 30 : 97;
  return fmt::format("\033[48;5;{};{}m{}\033[0m", (right ? kGreens : kReds)[level], foreground,
                     text);
}

std::size_t widest(std::span<const std::int64_t> values) {
  std::size_t width = 0;
  for (const std::int64_t value : values) {
    width = std::max(width, fmt::formatted_size("{}", value));
  }
  return width;
}

}  // namespace

std::string shaded_matrix(const ConfusionMatrix& matrix) {
  const std::size_t classes = matrix.labels.size();
  const std::vector<double> shares = shares_of(matrix, Normalize::kTrue);
  const std::size_t label_width = widest(matrix.labels);
  const std::size_t width = std::max(widest(matrix.counts), label_width);
  std::string text = "rows: true, columns: predicted\n";
  text += std::string(label_width + 1, ' ');
  for (const std::int64_t label : matrix.labels) text += fmt::format("{:>{}} ", label, width);
  text += '\n';
  for (std::size_t row = 0; row < classes; ++row) {
    text += fmt::format("{:>{}} ", matrix.labels[row], label_width);
    for (std::size_t column = 0; column < classes; ++column) {
      const std::size_t i = row * classes + column;
      text += cell(matrix.counts[i], shares[i], row == column, width);
    }
    text += '\n';
  }
  return text;
}

}  // namespace mnist
