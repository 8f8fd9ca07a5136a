#pragma once

#include <filesystem>
#include <optional>

#include "mnist/checkpoint/checkpoint.hpp"
#include "mnist/distributed/process_group.hpp"
#include "mnist/training.hpp"
#include "run/run_record.hpp"

namespace mnist {

/// The checkpoints of a run, in its folder, which is its own while this is used.
class RunCheckpoints {
 public:
  /// `run` outlives this, and learns from `resume` what has changed since it began. Of a group of
  /// processes the one that leads reads and writes the folder; the others have it from there.
  RunCheckpoints(std::filesystem::path folder, RunRecord& run, ProcessGroup& group);

  /// Throws `Error` where processes have come to other weights, too.
  void save(const Training& training) const;

  /// Takes `training`, which has not begun, to where the run stands, and says on stderr where that
  /// is; without a checkpoint it begins with the first epoch. `rows` is how many images there are
  /// to train on. A damaged checkpoint gives its place to the one before. Throws `Error` where that
  /// is damaged too, or another run's, and where there is none beside a model.
  void resume(Training& training, std::int64_t rows) const;

 private:
  /// The newest one, as the process that leads has it. Nothing where there is none.
  std::optional<Checkpoint> load() const;

  std::filesystem::path folder_;
  RunRecord& run_;
  ProcessGroup& group_;
};

}  // namespace mnist
