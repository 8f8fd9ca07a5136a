#include "console/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace mnist {
namespace {

constexpr std::int64_t kBarWidth = 20;
constexpr std::chrono::milliseconds kRedrawInterval{50};
constexpr std::string_view kGreen = "\033[32m", kGrey = "\033[90m", kPlain = "\033[0m";
constexpr std::string_view kEraseLine = "\r\033[K";

std::string repeat(std::string_view text, std::int64_t times) {
  std::string result;
  for (std::int64_t i = 0; i < times; ++i) result += text;
  return result;
}

/// The bar is left out where the line would wrap, since a wrapped line cannot be drawn over.
bool fits_bar(std::size_t other_characters) {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
         other_characters + kBarWidth < size.ws_col;
}

std::string means_text(const LossAndAccuracy& means) {
  return fmt::format("accuracy: {:.4f} - loss: {:.4f}", means.accuracy, means.loss);
}

std::string means_text(const EpochRecord& record) {
  std::string text = means_text(record.train);
  if (!std::isnan(record.validation.loss)) {
    text += fmt::format(" - val_accuracy: {:.4f} - val_loss: {:.4f}", record.validation.accuracy,
                        record.validation.loss);
  }
  return text;
}

std::string bar_line(std::int64_t done, std::int64_t total, bool color, const std::string& rest) {
  const std::string count = fmt::format("{:>{}}/{}", done, fmt::formatted_size("{}", total), total);
  if (!fits_bar(count.size() + rest.size() + 2)) return count + " " + rest;
  const std::int64_t filled = kBarWidth * done / total;
  return fmt::format("{} {}{}{}{}{} {}", count, color ? kGreen : "", repeat("━", filled),
                     color ? kGrey : "", repeat(color ? "━" : "─", kBarWidth - filled),
                     color ? kPlain : "", rest);
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
  if (bar_) print_stderr("Epoch {}/{}\n", epoch, epochs_);
}

void Progress::step(const Step& step) {
  if (!steps_before_) steps_before_ = step.done - 1;
  if (!bar_ || Clock::now() - drawn_ < kRedrawInterval) return;
  drawn_ = Clock::now();
  const double step_seconds =
      seconds_since(started_) / static_cast<double>(step.done - *steps_before_);
  const double left = step_seconds * static_cast<double>(step.total - step.done);
  draw(bar_line(step.done, step.total, color_,
                fmt::format("{} {} - {}", format_duration(left), format_step_time(step_seconds),
                            means_text(step.means))));
}

void Progress::end_epoch(const EpochRecord& record) {
  const std::string time = format_duration(record.seconds);
  const std::string step_time = format_step_time(record.seconds / static_cast<double>(steps_));
  if (bar_) {
    draw(bar_line(steps_, steps_, color_,
                  fmt::format("{} {} - {}\n", time, step_time, means_text(record))));
  } else if (verbosity_ != Verbosity::kSilent) {
    print_stderr("Epoch {}/{} - {} steps - {} - {} - {}\n", record.epoch, epochs_, steps_, time,
                 step_time, means_text(record));
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
