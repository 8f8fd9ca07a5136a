#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "console/terminal.hpp"
#include "mnist/history.hpp"

namespace mnist {

/// What `--verbose` chooses.
enum class Verbosity : std::uint8_t {
  kSilent = 0,
  kBar = 1,   ///< a moving bar on a terminal, one line an epoch elsewhere
  kLine = 2,  ///< one line an epoch
};

/// Shows the epochs on stderr as Keras's progress bar does, and how long a long training still
/// takes.
class Progress {
 public:
  Progress(Verbosity verbosity, Color color, std::int64_t epochs);

  /// The epoch takes `steps`, one at least, some of which may have been done before the program
  /// was started: all of them, even, and then no `step` follows.
  void begin_epoch(std::int64_t epoch, std::int64_t steps);
  void step(const Step& step);
  void end_epoch(const EpochRecord& record);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const std::string& line);

  Verbosity verbosity_;
  std::int64_t epochs_;
  bool bar_;  ///< whether stderr shows a moving bar
  bool color_;
  double epoch_seconds_ = 0;                  ///< that the last epoch took; 0 before there is one
  std::int64_t steps_ = 1;                    ///< in this epoch
  std::optional<std::int64_t> steps_before_;  ///< those done before it was taken up again
  Clock::time_point started_{}, drawn_{};
};

/// "7ms/step", in the unit that fits.
std::string format_step_time(double seconds);

/// "9s", "1:05" or "2:01:05".
std::string format_duration(double seconds);

}  // namespace mnist
