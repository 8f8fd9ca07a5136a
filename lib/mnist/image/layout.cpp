#include "mnist/image/layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace mnist {
namespace {

/// Shares of the size of a digit, its longest side.
constexpr double kLowestDigit = 0.45;  // what is less high is a piece of a digit
constexpr double kHighestDigit = 1.4;
constexpr double kPieceGap = 0.2;  // between a digit and a piece broken off

/// How far two ranges are apart; negative: how much they overlap.
int gap(int begin_a, int end_a, int begin_b, int end_b) {
  return std::max(begin_a, begin_b) - std::min(end_a, end_b);
}

/// How far two marks are apart if they are pieces of one digit; nothing if they are not. A piece
/// that is too low for a digit belongs to a mark nearby, a higher one to what is above or below it.
/// Digits beside each other stay apart, and so do lines.
std::optional<double> distance_of_pieces(const Box& a, const Box& b, int digit_side) {
  const int across = gap(a.left, a.right, b.left, b.right);
  const int down = gap(a.top, a.bottom, b.top, b.bottom);
  const double distance = std::hypot(std::max(across, 0), std::max(down, 0));
  const int lower = std::min(a.height(), b.height());
  if (distance > kPieceGap * digit_side) return std::nullopt;
  if (around(a, b).height() > kHighestDigit * digit_side) return std::nullopt;
  const bool stacked = across < 0 && -3 * down <= lower;
  return stacked || lower < kLowestDigit * digit_side ? std::optional(distance) : std::nullopt;
}

struct Pair {
  std::size_t first = 0;
  std::size_t second = 0;
  double distance = std::numeric_limits<double>::infinity();
};

std::optional<Pair> nearest_pieces(const std::vector<Mark>& marks, int digit_side) {
  Pair nearest;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    for (std::size_t j = i + 1; j < marks.size(); ++j) {
      const auto distance = distance_of_pieces(marks[i].box, marks[j].box, digit_side);
      if (distance && *distance < nearest.distance) nearest = {i, j, *distance};
    }
  }
  return nearest.second > 0 ? std::optional(nearest) : std::nullopt;
}

/// The nearest mark to the right that is at about the same height; the number of marks if none is.
std::size_t next_in_line(const std::vector<Mark>& marks, std::size_t i) {
  const Box& box = marks[i].box;
  std::size_t next = marks.size();
  for (std::size_t j = 0; j < marks.size(); ++j) {
    const Box& other = marks[j].box;
    const int overlap = -gap(box.top, box.bottom, other.top, other.bottom);
    if (j == i || other.left < box.left || (other.left == box.left && j < i)) continue;
    if (2 * overlap < std::min(box.height(), other.height())) continue;
    if (next == marks.size() || other.left < marks[next].box.left) next = j;
  }
  return next;
}

}  // namespace

Box around(const Box& a, const Box& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

void put_together(std::vector<Mark>& marks, int digit_side) {
  while (const auto pair = nearest_pieces(marks, digit_side)) {
    Mark& mark = marks[pair->first];
    const auto piece = marks.begin() + static_cast<std::ptrdiff_t>(pair->second);
    mark.box = around(mark.box, piece->box);
    mark.ink += piece->ink;
    mark.components.insert(mark.components.end(), piece->components.begin(),
                           piece->components.end());
    marks.erase(piece);
  }
}

std::vector<Mark> in_reading_order(std::vector<Mark> marks) {
  const auto from_left = [](const Mark& mark) { return mark.box.left; };
  std::ranges::sort(marks, {}, from_left);
  std::vector<std::vector<Mark>> lines;
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> line_of(marks.size(), kNone);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (line_of[i] == kNone) {
      line_of[i] = lines.size();
      lines.emplace_back();
    }
    lines[line_of[i]].push_back(marks[i]);
    // Lines may rise or fall: each mark brings in the one to its right.
    const std::size_t next = next_in_line(marks, i);
    if (next < marks.size() && line_of[next] == kNone) line_of[next] = line_of[i];
  }
  std::ranges::sort(lines, {}, [](const std::vector<Mark>& line) {
    return line.front().box.top + line.front().box.bottom;
  });
  marks.clear();
  for (const auto& line : lines) marks.insert(marks.end(), line.begin(), line.end());
  return marks;
}

}  // namespace mnist
