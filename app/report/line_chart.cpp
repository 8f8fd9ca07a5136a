#include "report/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "report/html.hpp"

namespace mnist {
namespace {

// In units of the drawing; on a narrow screen it is some 330 pixels wide.
constexpr double kWidth = 440, kHeight = 300;
constexpr double kLeft = 54, kRight = kWidth - 12, kTop = 46, kBottom = kHeight - 44;
constexpr double kRounding = 1e-9;     // of a step
constexpr std::size_t kMostDots = 40;  // more of them hide the line

/// The least of 1, 2 and 5 times a power of ten that is not below `least`.
double round_step(double least) {
  const double power = std::pow(10, std::floor(std::log10(least) + kRounding));
  for (const double factor : {1, 2, 5}) {
    if (factor * power >= least * (1 - kRounding)) return factor * power;
  }
  return 10 * power;
}

struct Frame {
  Axis x, y;

  double across(double value) const {
    return kLeft + (kRight - kLeft) * (value - x.low) / (x.high - x.low);
  }
  double down(double value) const {
    return kBottom - (kBottom - kTop) * (value - y.low) / (y.high - y.low);
  }
};

Frame frame_of(const LineChart& chart) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double left = kInfinity, right = -kInfinity, low = kInfinity, high = -kInfinity;
  for (const Line& line : chart.lines) {
    for (const Point& point : line.points) {
      if (!std::isfinite(point.y)) continue;
      left = std::min(left, point.x);
      right = std::max(right, point.x);
      low = std::min(low, point.y);
      high = std::max(high, point.y);
    }
  }
  if (left > right) return {whole_axis(0, 1, 1), round_axis(0, 1, 1)};
  return {whole_axis(left, right, 8), round_axis(low, high, 5)};
}

std::string text(double x, double y, const char* anchor, const std::string& content) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(content));
}

std::string axes(const Frame& frame, const std::string& x_name) {
  std::string svg;
  for (const double tick : frame.y.ticks()) {
    const double y = frame.down(tick);
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, y, kRight);
    svg += text(kLeft - 7, y + 4, "end", frame.y.label(tick));
  }
  for (const double tick : frame.x.ticks()) {
    const double x = frame.across(tick);
    svg += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}v5\"/>", x, kBottom);
    svg += text(x, kBottom + 20, "middle", frame.x.label(tick));
  }
  svg += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, kBottom, kRight);
  return svg + text((kLeft + kRight) / 2, kHeight - 6, "middle", x_name);
}

std::string drawn(const Line& line, const Frame& frame) {
  std::string path, dots;
  for (const Point& point : line.points) {
    if (!std::isfinite(point.y)) continue;
    const double x = frame.across(point.x), y = frame.down(point.y);
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x, y);
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\"/>", x, y);
  }
  if (path.empty()) return {};
  return fmt::format("<g class=\"{}\"><path d=\"{}\"/>{}</g>\n", escaped(line.name), path,
                     line.points.size() <= kMostDots ? dots : "");
}

std::string legend(const std::vector<Line>& lines) {
  std::string svg;
  double x = kLeft;
  for (const Line& line : lines) {
    svg += fmt::format("<g class=\"{}\"><path d=\"M{:.1f} 14h26\"/></g>", escaped(line.name), x);
    svg += text(x + 33, 18, "start", line.name);
    x += 130;
  }
  return svg;
}

std::string drawn(const LineChart::Mark& mark, const Frame& frame) {
  const double x = frame.across(mark.x);
  const bool on_the_right = x > (kLeft + kRight) / 2;
  return fmt::format("<path class=\"mark\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", x, kTop - 5, kBottom) +
         text(x + (on_the_right ? 4 : -4), kTop - 9, on_the_right ? "end" : "start", mark.label);
}

}  // namespace

std::vector<double> Axis::ticks() const {
  std::vector<double> ticks;
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - kRounding));
  const auto last = static_cast<std::int64_t>(std::floor(high / step + kRounding));
  for (std::int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string Axis::label(double tick) const {
  const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + kRounding)));
  return fmt::format("{:.{}f}", tick, digits);
}

Axis round_axis(double low, double high, int most) {
  // What does not change gets some room below.
  if (!(high > low)) low = high - std::max(std::abs(high) / 50, 1e-3);
  const double step = round_step((high - low) / most);
  return {std::floor(low / step + kRounding) * step, std::ceil(high / step - kRounding) * step,
          step};
}

Axis whole_axis(double low, double high, int most) {
  if (!(high > low)) return {low - 0.5, low + 0.5, 1};
  return {low, high, std::max(round_step((high - low) / most), 1.0)};
}

std::string line_chart(const LineChart& chart) {
  const Frame frame = frame_of(chart);
  std::string svg = fmt::format(
      "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {} {}\"><title>{}</title><desc>{}</desc>\n",
      kWidth, kHeight, escaped(chart.title), escaped(chart.description));
  svg += axes(frame, chart.x_name);
  if (chart.mark) svg += drawn(*chart.mark, frame);
  for (const Line& line : chart.lines) svg += drawn(line, frame);
  return svg + legend(chart.lines) + "</svg>\n";
}

}  // namespace mnist
