#include "mnist/image/lines.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "mnist/image/filters.hpp"
#include "mnist/image/hough.hpp"

namespace mnist {
namespace {

/// As in `Votes`.
struct Line {
  double slope = 0;
  double offset = 0;
};

/// A line as it was followed through the picture.
struct Trace {
  int first = 0;                           ///< the first row that it is in
  std::vector<int> columns;                ///< its middle, in that row and those below
  std::vector<std::pair<int, Run*>> runs;  ///< by row, the ones that are its own

  int extent() const { return static_cast<int>(columns.size()); }
  double coverage() const { return extent() > 0 ? static_cast<double>(runs.size()) / extent() : 0; }
  /// Whether it begins and ends near where it enters and leaves the picture.
  bool reaches_the_edges() const {
    constexpr double kNear = 0.12;
    return !runs.empty() && runs.front().first - first <= kNear * extent() &&
           first + extent() - 1 - runs.back().first <= kNear * extent();
  }
  double width() const {
    std::vector<float> widths;
    for (const auto& [row, run] : runs) widths.push_back(static_cast<float>(run->width));
    return quantile(widths, 0.6);
  }
};

constexpr double kReach = 2.5;  // pixels that a line may be beside where it is expected

/// The share of rows that have a run that near to any line by chance, as in noise.
double chance_of_run(const RunsOfRows& rows, int width) {
  std::size_t count = 0;
  for (const auto& row : rows) count += row.size();
  const double pixels = static_cast<double>(rows.size()) * width;
  return 1 - std::exp(-2 * kReach * static_cast<double>(count) / pixels);
}

Run* nearest(std::vector<Run>& row, double x, double reach) {
  Run* best = nullptr;
  for (auto run = std::ranges::lower_bound(row, x - reach, {}, &Run::middle);
       run != row.end() && run->middle <= x + reach; ++run) {
    const double distance = std::abs(run->middle - x);
    if (run->taken || distance > reach) continue;
    reach = distance;
    best = &*run;
  }
  return best;
}

Trace follow(const Line& line, RunsOfRows& rows, int width) {
  constexpr double kLearning = 0.2;
  const double middle = static_cast<double>(rows.size()) / 2;
  Trace trace;
  double bend = 0;
  for (std::size_t y = 0; y < rows.size(); ++y) {
    const double x = line.offset + line.slope * (static_cast<double>(y) - middle);
    if (x < 0 || x > width - 1) continue;
    const int row = static_cast<int>(y);
    if (trace.columns.empty()) trace.first = row;
    if (Run* run = nearest(rows[y], x + bend, kReach)) {
      bend += kLearning * (run->middle - x - bend);
      trace.runs.emplace_back(row, run);
    }
    trace.columns.push_back(static_cast<int>(std::lround(x + bend)));
  }
  return trace;
}

/// Fills a line in with what is to either side of it: the darkest of the ways across, each as light
/// as the lighter of its ends. Strokes run on, also slanting ones.
void fill_in(FloatImage& image, const Trace& trace) {
  const int half = static_cast<int>(std::ceil(trace.width() / 2 + 1));
  const auto at = [&](int x, int y) {
    return image.at(std::clamp(x, 0, image.width - 1), std::clamp(y, 0, image.height - 1));
  };
  std::vector<float> values;  // before any row is filled in: the ways across end beside others
  for (int y = trace.first; const int centre : trace.columns) {
    const int left = centre - half - 1 >= 0 ? centre - half - 1 : centre + half + 1;
    const int right = centre + half + 1 < image.width ? centre + half + 1 : left;
    float value = 255;
    for (const int down : {0, half / 2 + 1, -half / 2 - 1, half + 1, -half - 1}) {
      value = std::min(value, std::max(at(left, y - down), at(right, y + down)));
    }
    values.push_back(value);
    ++y;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int y = trace.first + static_cast<int>(i);
    const int end = std::min(trace.columns[i] + half + 1, image.width);
    for (int x = std::max(trace.columns[i] - half, 0); x < end; ++x) {
      image.at(x, y) = std::max(image.at(x, y), values[i]);
    }
  }
}

/// The lines of one slope that there are, by falling number of votes.
std::vector<Trace> parallel_lines(RunsOfRows& rows, Votes& votes, double slope, int width) {
  constexpr double kLeastVotes = 0.06;  // of the rows
  const double chance = chance_of_run(rows, width);
  votes.count(rows, slope);
  const double least = kLeastVotes * static_cast<double>(rows.size());
  std::vector<std::pair<int, std::size_t>> peaks;
  for (std::size_t bin = 0; bin < votes.size(); ++bin) {
    const int count = votes.at(bin);
    if (count > least && votes.is_peak(bin)) peaks.emplace_back(count, bin);
  }
  std::ranges::sort(peaks, std::greater<>());
  std::vector<Trace> across;
  std::vector<Trace> shorter;
  for (const auto& [count, bin] : peaks) {
    Trace trace = follow({slope, votes.offset_of(bin)}, rows, width);
    const bool is_long = trace.extent() >= 0.6 * static_cast<double>(rows.size());
    const double deviation = std::sqrt(chance * (1 - chance) / std::max(trace.extent(), 1));
    const double whole = std::max(is_long ? 0.5 : 0.6, chance + 4 * deviation);
    if (trace.coverage() < whole || (is_long && !trace.reaches_the_edges())) {
      continue;
    }
    for (auto& [row, run] : trace.runs) run->taken = true;
    (is_long ? across : shorter).push_back(std::move(trace));
  }
  if (across.size() >= 2) std::ranges::move(shorter, std::back_inserter(across));
  return across;
}

/// Without the dark lines that are upright, more or less.
void remove_upright(FloatImage& image) {
  constexpr int kMostSlopes = 4;  // in perspective, parallel lines are not
  RunsOfRows rows = find_runs(image);
  Votes votes(image.width, image.height);
  for (int i = 0; i < kMostSlopes; ++i) {
    const std::vector<Trace> lines =
        parallel_lines(rows, votes, best_slope(rows, votes), image.width);
    if (lines.empty()) return;
    for (const Trace& line : lines) fill_in(image, line);
  }
}

void invert(FloatImage& image) {
  for (float& value : image.pixels) value = 255 - value;
}

}  // namespace

FloatImage remove_lines(FloatImage picture) {
  for (int i = 0; i < 2; ++i) {
    remove_upright(picture);
    picture = transposed(picture);
    remove_upright(picture);
    picture = transposed(picture);
    invert(picture);
  }
  return picture;
}

}  // namespace mnist
