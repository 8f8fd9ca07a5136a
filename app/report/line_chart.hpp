#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mnist {

struct Point {
  double x, y;
};

struct Line {
  std::string name;           ///< as the legend has it, and the line's class in the style sheet
  std::vector<Point> points;  ///< from left to right; one whose y is no finite number is left out
};

struct LineChart {
  std::string title;
  std::string description;  ///< what it shows, for those who do not see it
  std::string x_name;       ///< of the axis below, whose ticks are whole numbers
  std::vector<Line> lines;
  struct Mark {
    double x;
    std::string label;
  };
  std::optional<Mark> mark = std::nullopt;  ///< a line across, from top to bottom
};

/// An axis that ends in ticks, or around them.
struct Axis {
  double low, high;  ///< low < high
  double step;       ///< from tick to tick: 1, 2 or 5 times a power of ten

  /// The multiples of `step` on the axis.
  std::vector<double> ticks() const;
  /// With as many digits as tell the ticks apart.
  std::string label(double tick) const;
};

/// The axis from tick to tick that holds all from `low` to `high`, in at most `most` + 1 steps.
Axis round_axis(double low, double high, int most);
/// The axis from `low` to `high` themselves, with whole ticks, at most `most` + 1.
Axis whole_axis(double low, double high, int most);

/// The chart as an SVG element. Colours and fonts are the style sheet's.
std::string line_chart(const LineChart& chart);

}  // namespace mnist
