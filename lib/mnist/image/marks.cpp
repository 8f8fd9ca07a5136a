#include "mnist/image/marks.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "mnist/image/components.hpp"
#include "mnist/image/filters.hpp"
#include "mnist/image/layout.hpp"

namespace mnist {
namespace {

/// The standard deviation of paper.
float noise_of(const FloatImage& ink) {
  std::vector<float> deviations = ink.pixels;
  for (float& value : deviations) value = std::abs(value);
  return standard_deviation_of_most(deviations);
}

template <typename Belongs>
float stroke_level(const FloatImage& ink, const Image<int>& labels, const Box& box,
                   Belongs belongs) {
  constexpr double kInsideStroke = 0.8;
  std::vector<float> values;
  for (int y = box.top; y < box.bottom; ++y) {
    for (int x = box.left; x < box.right; ++x) {
      if (belongs(labels.at(x, y))) values.push_back(ink.at(x, y));
    }
  }
  return quantile(values, kInsideStroke);
}

/// Whether this is what lies around the paper: it has a corner of the picture, and half of a side.
bool is_surroundings(int label, const Image<int>& labels) {
  const int right = labels.width - 1;
  const int bottom = labels.height - 1;
  const bool corner = labels.at(0, 0) == label || labels.at(right, 0) == label ||
                      labels.at(0, bottom) == label || labels.at(right, bottom) == label;
  if (!corner) return false;
  const auto column = [&](int x) {
    int count = 0;
    for (int y = 0; y <= bottom; ++y) count += labels.at(x, y) == label;
    return count;
  };
  const auto row = [&](int y) {
    return std::count(labels.row(y), labels.row(y) + labels.width, label);
  };
  return 2 * std::max(row(0), row(bottom)) >= labels.width ||
         2 * std::max(column(0), column(right)) >= labels.height;
}

/// The labels of the components from the one with the most ink. What lies around the paper is left
/// out if there is a drawing beside it.
std::vector<int> by_ink(const Components& found) {
  constexpr double kLeastDrawing = 0.05;  // of the ink of the surroundings
  std::vector<int> labels(found.list.size());
  std::iota(labels.begin(), labels.end(), 0);
  const auto ink = [&](int label) { return found.list[static_cast<std::size_t>(label)].ink; };
  std::ranges::sort(labels, std::greater<>(), ink);
  if (labels.empty()) return labels;
  const auto first = std::ranges::find_if(
      labels, [&](int label) { return !is_surroundings(label, found.labels); });
  if (first == labels.end() || ink(*first) < kLeastDrawing * ink(labels.front())) return labels;
  std::erase_if(labels, [&](int label) { return is_surroundings(label, found.labels); });
  return labels;
}

bool has(const Mark& mark, int label) {
  return std::ranges::find(mark.components, label) != mark.components.end();
}

/// Sets the level, and the box of what is at least half of it.
void measure(Mark& mark, const Image<int>& labels, const FloatImage& ink) {
  mark.level = stroke_level(ink, labels, mark.box,
                            [&](int label) { return label >= 0 && has(mark, label); });
  Box tight{mark.box.right, mark.box.bottom, mark.box.left, mark.box.top};
  for (int y = mark.box.top; y < mark.box.bottom; ++y) {
    for (int x = mark.box.left; x < mark.box.right; ++x) {
      const int label = labels.at(x, y);
      if (label < 0 || ink.at(x, y) < mark.level / 2 || !has(mark, label)) continue;
      tight = around(tight, {x, y, x + 1, y + 1});
    }
  }
  mark.box = tight;
}

/// The components of what is at least about a third of the ink of the strokes with the most.
Components find_strokes(const FloatImage& ink) {
  constexpr float kFaintest = 0.05F;  // of the whole range from black to white
  constexpr float kStrokeEdge = 0.3F;

  const float noise = noise_of(ink);
  Components found = find_components(ink, std::max(4 * noise, kFaintest));
  if (found.list.empty()) return found;
  const int label = by_ink(found).front();
  const float level =
      stroke_level(ink, found.labels, found.list[static_cast<std::size_t>(label)].box,
                   [label](int other) { return other == label; });
  return find_components(ink, std::max(kStrokeEdge * level, std::min(3 * noise, level / 2)));
}

/// The components that are not specks beside the one with the most ink, which is the first.
std::vector<Mark> pieces_among(const Components& found) {
  constexpr double kSpeckSide = 0.08;
  constexpr double kSpeckInk = 0.02;
  std::vector<Mark> pieces;
  for (const int label : by_ink(found)) {
    const Component& component = found.list[static_cast<std::size_t>(label)];
    if (!pieces.empty() &&
        (component.box.longest_side() < kSpeckSide * pieces.front().box.longest_side() ||
         component.ink < kSpeckInk * pieces.front().ink)) {
      continue;
    }
    pieces.push_back({component.box, component.ink, 0, {label}});
  }
  return pieces;
}

}  // namespace

Marks find_marks(const FloatImage& ink) {
  constexpr double kSmallestDigit = 0.4;   // of the longest side of the largest
  constexpr std::size_t kMostPieces = 64;  // more of about one size are a texture

  Components found = find_strokes(ink);
  std::vector<Mark> marks = pieces_among(found);
  if (marks.empty() || marks.size() > kMostPieces) return {};
  put_together(marks, marks.front().box.longest_side());
  int largest = 0;
  for (const Mark& mark : marks) largest = std::max(largest, mark.box.longest_side());
  std::erase_if(
      marks, [&](const Mark& mark) { return mark.box.longest_side() < kSmallestDigit * largest; });
  for (Mark& mark : marks) measure(mark, found.labels, ink);
  return {in_reading_order(std::move(marks)), std::move(found.labels)};
}

FloatImage ink_of(const Mark& mark, const Marks& marks, const FloatImage& ink) {
  FloatImage alone(ink.width, ink.height);
  for (std::size_t i = 0; i < ink.pixels.size(); ++i) {
    const int label = marks.labels.pixels[i];
    if (label < 0 || !has(mark, label)) continue;
    alone.pixels[i] = std::max(ink.pixels[i] / mark.level, 0.0F);
  }
  return alone;
}

}  // namespace mnist
