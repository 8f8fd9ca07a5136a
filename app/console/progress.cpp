#include "console/progress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace mnist {
namespace {

constexpr std::int64_t kBarWidth = 20;
constexpr std::chrono::milliseconds kRedrawInterval{50};
constexpr std::string_view kGreen = "\033[32m", kGrey = "\033[90m", kPlain = "\033[0m";
constexpr std::string_view kEraseLine = "\r\033[K";

using Parts = std::vector<std::string>;

std::string repeat(std::string_view text, std::int64_t times) {
  std::string result;
  for (std::int64_t i = 0; i < times; ++i) result += text;
  return result;
}

/// How many characters a line may have before it wraps. A wrapped line cannot be drawn over.
std::size_t columns() {
  const int known = terminal_columns(STDERR_FILENO).value_or(0);
  return known > 1 ? static_cast<std::size_t>(known - 1) : std::numeric_limits<std::size_t>::max();
}

Parts parts_of(std::string time, const LossAndAccuracy& means) {
  return {std::move(time), fmt::format("accuracy: {:.4f}", means.accuracy),
          fmt::format("loss: {:.4f}", means.loss)};
}

void add_validation(Parts& parts, const LossAndAccuracy& means) {
  if (std::isnan(means.loss)) return;
  parts.push_back(fmt::format("val_accuracy: {:.4f}", means.accuracy));
  parts.push_back(fmt::format("val_loss: {:.4f}", means.loss));
}

std::string bar(std::int64_t filled, bool color) {
  if (!use_utf8()) return repeat("=", filled) + repeat(".", kBarWidth - filled);
  if (!color) return repeat("━", filled) + repeat("─", kBarWidth - filled);
  return fmt::format("{}{}{}{}{}", kGreen, repeat("━", filled), kGrey,
                     repeat("━", kBarWidth - filled), kPlain);
}

/// "12/100 ━━── 5s 3ms/step - accuracy: 0.9312 - loss: 0.2234". Where that is too wide the bar is
/// left out first, then the last parts, which an `ended` epoch has on further lines instead.
std::string bar_line(std::int64_t done, std::int64_t total, bool color, const Parts& parts,
                     bool ended) {
  const std::string count = fmt::format("{:>{}}/{}", done, fmt::formatted_size("{}", total), total);
  const std::string rest = fmt::format("{}", fmt::join(parts, " - "));
  const std::size_t width = columns();
  if (count.size() + kBarWidth + rest.size() + 2 <= width) {
    return fmt::format("{} {} {}", count, bar(kBarWidth * done / total, color), rest);
  }
  std::string text = count;
  std::size_t used = count.size();
  for (const std::string& part : parts) {
    std::string_view separator = text == count ? " " : " - ";
    if (used + separator.size() + part.size() > width) {
      if (!ended) break;
      separator = "\n";
      used = 0;
    }
    text.append(separator).append(part);
    used += separator.size() + part.size();
  }
  return text;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Progress::Progress(Verbosity verbosity, Color color, std::int64_t epochs)
    : verbosity_(verbosity),
      epochs_(epochs),
      bar_(verbosity == Verbosity::kBar && is_terminal(STDERR_FILENO)),
      color_(use_color(color, STDERR_FILENO)) {}

void Progress::begin_epoch(std::int64_t epoch, std::int64_t steps) {
  steps_ = steps;
  started_ = Clock::now();
  steps_before_.reset();
  const double left = epoch_seconds_ * static_cast<double>(epochs_ - epoch + 1);
  const std::string shown = left < 60 ? "" : fmt::format(" - {} left", format_duration(left));
  if (bar_) print_stderr("Epoch {}/{}{}\n", epoch, epochs_, shown);
}

void Progress::step(const Step& step) {
  if (!steps_before_) steps_before_ = step.done - 1;
  if (!bar_ || Clock::now() - drawn_ < kRedrawInterval) return;
  drawn_ = Clock::now();
  const double step_seconds =
      seconds_since(started_) / static_cast<double>(step.done - *steps_before_);
  const double left = step_seconds * static_cast<double>(step.total - step.done);
  std::string time = format_duration(left) + ' ' + format_step_time(step_seconds);
  draw(bar_line(step.done, step.total, color_, parts_of(std::move(time), step.means),
                /*ended=*/false));
}

void Progress::end_epoch(const EpochRecord& record) {
  epoch_seconds_ = record.seconds;
  const std::string step_time = format_step_time(record.seconds / static_cast<double>(steps_));
  Parts parts = parts_of(
      fmt::format("{}{}{}", format_duration(record.seconds), bar_ ? " " : " - ", step_time),
      record.train);
  add_validation(parts, record.validation);
  if (bar_) {
    draw(bar_line(steps_, steps_, color_, parts, /*ended=*/true) + '\n');
  } else if (verbosity_ != Verbosity::kSilent) {
    print_stderr("Epoch {}/{} - {} steps - {}\n", record.epoch, epochs_, steps_,
                 fmt::join(parts, " - "));
  }
}

void Progress::draw(const std::string& line) { print_stderr("{}{}", kEraseLine, line); }

std::string format_step_time(double seconds) {
  if (seconds >= 1) return fmt::format("{:.0f}s/step", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.0f}ms/step", seconds * 1e3);
  return fmt::format("{:.0f}us/step", seconds * 1e6);
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole >= 3600) {
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  }
  if (whole >= 60) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

}  // namespace mnist
