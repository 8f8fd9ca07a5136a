#include "mnist/image/polarity.hpp"

#include <algorithm>
#include <cmath>

#include "mnist/image/filters.hpp"

namespace mnist {

double lightness_of_lines(const FloatImage& image) {
  constexpr int kSide = 256;  // pixels: enough for lines, and soon done
  const FloatImage small = shrink(image, (std::max(image.width, image.height) + kSide - 1) / kSide);
  const int widest = std::max(std::min(small.width, small.height) / 8, 1);
  double sum = 0;
  double size = 0;
  for (int radius = 0; radius <= widest; radius = 2 * radius + 1) {
    const FloatImage inner = box_mean(small, radius);
    const FloatImage outer = box_mean(small, 2 * radius + 1);
    for (std::size_t i = 0; i < inner.pixels.size(); ++i) {
      const double difference = inner.pixels[i] - outer.pixels[i];
      const double cube = difference * difference * difference;
      sum += cube;
      size += std::abs(cube);
    }
  }
  return size > 0 ? sum / size : 0;
}

double edges_of(const Marks& marks, const FloatImage& image) {
  if (marks.list.empty()) return 0;
  std::vector<bool> counts;  // by label
  for (const Mark& mark : marks.list) {
    for (const int label : mark.components) {
      counts.resize(std::max(counts.size(), static_cast<std::size_t>(label) + 1));
      counts[static_cast<std::size_t>(label)] = true;
    }
  }
  const auto in_mark = [&](int x, int y) {
    const int label = marks.labels.at(x, y);
    return label >= 0 && static_cast<std::size_t>(label) < counts.size() &&
           counts[static_cast<std::size_t>(label)];
  };
  double sum = 0;
  for (int y = 1; y + 1 < image.height; ++y) {
    for (int x = 1; x + 1 < image.width; ++x) {
      if (!in_mark(x, y)) continue;
      const bool inside =
          in_mark(x - 1, y) && in_mark(x + 1, y) && in_mark(x, y - 1) && in_mark(x, y + 1);
      if (inside) continue;
      const double across = image.at(x + 1, y) - image.at(x - 1, y);
      const double down = image.at(x, y + 1) - image.at(x, y - 1);
      sum += across * across + down * down;
    }
  }
  return sum;
}

}  // namespace mnist
