#include "mnist/image/hough.hpp"

#include <algorithm>
#include <functional>

#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

constexpr double kSteepest = 0.27;  // columns a row: the tangent of 15°

int widest_line(const FloatImage& image) {
  return std::max(5, static_cast<int>(0.016 * std::min(image.width, image.height)));
}

}  // namespace

RunsOfRows find_runs(const FloatImage& image) {
  constexpr float kFaintest = 8;  // greys
  const int widest = widest_line(image);
  FloatImage depth = closing_along_rows(image, (widest + 1) / 2);
  std::ranges::transform(depth.pixels, image.pixels, depth.pixels.begin(), std::minus<>());
  const float threshold = std::max(kFaintest, 3 * quantile(depth.pixels, 0.5));
  RunsOfRows rows(static_cast<std::size_t>(image.height));
  for (int y = 0; y < image.height; ++y) {
    const float* row = depth.row(y);
    for (int x = 0; x < image.width; ++x) {
      const int begin = x;
      while (x < image.width && row[x] >= threshold) ++x;
      if (x == begin || x - begin > widest) continue;
      rows[static_cast<std::size_t>(y)].push_back({(begin + x - 1) / 2.0, x - begin});
    }
  }
  return rows;
}

Votes::Votes(int width, int height)
    : beyond_(static_cast<int>(kSteepest * height / 2) + 2),
      bins_(static_cast<std::size_t>(width + 2 * beyond_)) {}

void Votes::count(const RunsOfRows& rows, double slope, std::size_t stride) {
  std::ranges::fill(bins_, 0);
  const double middle = static_cast<double>(rows.size()) / 2;
  for (std::size_t y = 0; y < rows.size(); y += stride) {
    const double shift = beyond_ - slope * (static_cast<double>(y) - middle) + 0.5;
    for (const Run& run : rows[y]) {
      if (!run.taken) ++bins_[static_cast<std::size_t>(run.middle + shift)];
    }
  }
}

int Votes::at(std::size_t bin) const {
  int sum = bins_[bin];
  if (bin > 0) sum += bins_[bin - 1];
  if (bin + 1 < bins_.size()) sum += bins_[bin + 1];
  return sum;
}

bool Votes::is_peak(std::size_t bin) const {
  return (bin == 0 || at(bin - 1) <= at(bin)) &&
         (bin + 1 == bins_.size() || at(bin + 1) <= at(bin));
}

double best_slope(const RunsOfRows& rows, Votes& votes) {
  constexpr std::size_t kEnoughRows = 150;  // to tell one slope from another
  const std::size_t stride = rows.size() / kEnoughRows + 1;
  const double step = 2.0 / static_cast<double>(rows.size());
  int most = 0;
  double best = 0;
  for (double slope = -kSteepest; slope <= kSteepest; slope += step) {
    votes.count(rows, slope, stride);
    for (std::size_t bin = 0; bin < votes.size(); ++bin) {
      if (votes.at(bin) > most) most = votes.at(bin), best = slope;
    }
  }
  return best;
}

}  // namespace mnist
