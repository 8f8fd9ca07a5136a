#pragma once

#include <cstddef>
#include <vector>

#include "mnist/image/image.hpp"

namespace mnist {

/// A narrow dark run of pixels in a row.
struct Run {
  double middle = 0;
  int width = 0;
  bool taken = false;  ///< by a line that has been found
};

/// By row, from the left.
using RunsOfRows = std::vector<std::vector<Run>>;

/// The runs that are darker than what is to either side of them, by more than noise is, and narrow
/// enough for a ruled line.
RunsOfRows find_runs(const FloatImage& image);

/// The Hough transform of runs for lines that are nearly upright, x = offset + slope · (y − height
/// / 2) in pixels: for one slope at a time, the votes for each offset, some bins beyond the image's
/// sides.
class Votes {
 public:
  /// For images of that size.
  Votes(int width, int height);

  /// Counts the runs that no line has taken, of each `stride`-th row.
  void count(const RunsOfRows& rows, double slope, std::size_t stride = 1);

  std::size_t size() const { return bins_.size(); }
  double offset_of(std::size_t bin) const { return static_cast<double>(bin) - beyond_; }

  /// With the neighbours, as lines waver.
  int at(std::size_t bin) const;

  /// Whether no neighbour has more.
  bool is_peak(std::size_t bin) const;

 private:
  int beyond_;
  std::vector<int> bins_;
};

/// The slope, up to that of 15°, of the line with the most votes.
double best_slope(const RunsOfRows& rows, Votes& votes);

}  // namespace mnist
