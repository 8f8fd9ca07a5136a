#include "mnist/image/lines.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

constexpr double kSteepest = 0.27;  // columns a row: the tangent of 15°

/// A narrow dark run of pixels in a row.
struct Run {
  double middle = 0;
  int width = 0;
  bool taken = false;  ///< by a line that has been found
};
using RunsOfRows = std::vector<std::vector<Run>>;

int widest_line(const FloatImage& image) {
  return std::max(5, static_cast<int>(0.016 * std::min(image.width, image.height)));
}

/// The runs that are darker than what is to either side of them, by more than noise is.
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

/// The points x = offset + slope · (y − height / 2).
struct Line {
  double slope = 0;
  double offset = 0;
};

/// The votes of the runs for lines of one slope, by offset; bin 0 is where no line of any slope is
/// left of.
class Votes {
 public:
  Votes(int width, int height)
      : beyond_(static_cast<int>(kSteepest * height / 2) + 2),
        bins_(static_cast<std::size_t>(width + 2 * beyond_)) {}

  void count(const RunsOfRows& rows, double slope) {
    std::ranges::fill(bins_, 0);
    const double middle = static_cast<double>(rows.size()) / 2;
    for (std::size_t y = 0; y < rows.size(); ++y) {
      const double shift = beyond_ - slope * (static_cast<double>(y) - middle) + 0.5;
      for (const Run& run : rows[y]) {
        if (!run.taken) ++bins_[static_cast<std::size_t>(run.middle + shift)];
      }
    }
  }

  std::size_t size() const { return bins_.size(); }
  double offset_of(std::size_t bin) const { return static_cast<double>(bin) - beyond_; }

  /// With the neighbours, as lines waver.
  int at(std::size_t bin) const {
    int sum = bins_[bin];
    if (bin > 0) sum += bins_[bin - 1];
    if (bin + 1 < bins_.size()) sum += bins_[bin + 1];
    return sum;
  }

 private:
  int beyond_;
  std::vector<int> bins_;
};

/// The slope of the line with the most votes.
double best_slope(const RunsOfRows& rows, Votes& votes) {
  const double step = 2.0 / static_cast<double>(rows.size());
  int most = 0;
  double best = 0;
  for (double slope = -kSteepest; slope <= kSteepest; slope += step) {
    votes.count(rows, slope);
    for (std::size_t bin = 0; bin < votes.size(); ++bin) {
      if (votes.at(bin) > most) most = votes.at(bin), best = slope;
    }
  }
  return best;
}

/// A line as it was followed through the picture.
struct Trace {
  std::vector<double> middles;             ///< by row; NaN beyond the image
  std::vector<std::pair<int, Run*>> runs;  ///< by row, the ones that are its own
  int extent = 0;                          ///< rows
  int first = 0;
  int last = 0;

  double coverage() const { return extent > 0 ? static_cast<double>(runs.size()) / extent : 0; }
  /// Whether it begins and ends near where it enters and leaves the picture.
  bool reaches_the_edges() const {
    constexpr double kNear = 0.12;
    return !runs.empty() && runs.front().first - first <= kNear * extent &&
           last - runs.back().first <= kNear * extent;
  }
  double width() const {
    std::vector<float> widths;
    for (const auto& [row, run] : runs) widths.push_back(static_cast<float>(run->width));
    return quantile(widths, 0.6);
  }
};

Run* nearest(std::vector<Run>& row, double x, double reach) {
  Run* best = nullptr;
  for (Run& run : row) {
    const double distance = std::abs(run.middle - x);
    if (run.taken || distance > reach) continue;
    reach = distance;
    best = &run;
  }
  return best;
}

Trace follow(const Line& line, RunsOfRows& rows, int width) {
  constexpr double kReach = 2.5;  // pixels that a line may be beside where it is expected
  constexpr double kLearning = 0.2;
  const double middle = static_cast<double>(rows.size()) / 2;
  Trace trace;
  trace.middles.assign(rows.size(), std::nan(""));
  double bend = 0;
  for (std::size_t y = 0; y < rows.size(); ++y) {
    const double x = line.offset + line.slope * (static_cast<double>(y) - middle);
    if (x < 0 || x > width - 1) continue;
    const int row = static_cast<int>(y);
    if (trace.extent++ == 0) trace.first = row;
    trace.last = row;
    if (Run* run = nearest(rows[y], x + bend, kReach)) {
      bend += kLearning * (run->middle - x - bend);
      trace.runs.emplace_back(row, run);
    }
    trace.middles[y] = x + bend;
  }
  return trace;
}

/// Fills a line in with what is to either side of it: the darkest of the ways across, each as light
/// as the lighter of its ends. Strokes run on, also slanting ones.
void fill_in(FloatImage& image, const Trace& trace) {
  const int half = static_cast<int>(std::ceil(trace.width() / 2 + 1));
  const FloatImage before = image;
  const auto at = [&](int x, int y) {
    return before.at(std::clamp(x, 0, image.width - 1), std::clamp(y, 0, image.height - 1));
  };
  for (int y = 0; y < image.height; ++y) {
    const double middle = trace.middles[static_cast<std::size_t>(y)];
    if (std::isnan(middle)) continue;
    const int centre = static_cast<int>(std::lround(middle));
    const int left = centre - half - 1 >= 0 ? centre - half - 1 : centre + half + 1;
    const int right = centre + half + 1 < image.width ? centre + half + 1 : left;
    float value = 255;
    for (const int down : {0, half / 2 + 1, -half / 2 - 1, half + 1, -half - 1}) {
      value = std::min(value, std::max(at(left, y - down), at(right, y + down)));
    }
    for (int x = std::max(centre - half, 0); x <= std::min(centre + half, image.width - 1); ++x) {
      image.at(x, y) = std::max(before.at(x, y), value);
    }
  }
}

/// The lines of one slope that there are, by falling number of votes.
std::vector<Trace> parallel_lines(RunsOfRows& rows, Votes& votes, double slope, int width) {
  constexpr double kLeastVotes = 0.06;  // of the rows
  votes.count(rows, slope);
  std::vector<std::pair<int, std::size_t>> peaks;
  for (std::size_t bin = 0; bin < votes.size(); ++bin) {
    const int count = votes.at(bin);
    if (count > kLeastVotes * static_cast<double>(rows.size())) peaks.emplace_back(count, bin);
  }
  std::ranges::sort(peaks, std::greater<>());
  std::vector<Trace> across;
  std::vector<Trace> shorter;
  for (const auto& [count, bin] : peaks) {
    Trace trace = follow({slope, votes.offset_of(bin)}, rows, width);
    const bool is_long = trace.extent >= 0.6 * static_cast<double>(rows.size());
    if (trace.coverage() < (is_long ? 0.5 : 0.6) || (is_long && !trace.reaches_the_edges())) {
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
