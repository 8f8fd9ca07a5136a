#include "run/run_checkpoints.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "console/terminal.hpp"
#include "mnist/checkpoint/checkpoint_store.hpp"
#include "mnist/checkpoint/snapshot.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

void take_up(const Checkpoint& checkpoint, Training& training, std::int64_t rows) {
  Cnn model = training.model();
  restore(checkpoint.tensors, model, training.optimizer());
  training.go_on_from(checkpoint.state, rows);
}

}  // namespace

RunCheckpoints::RunCheckpoints(std::filesystem::path folder, RunRecord run)
    : folder_(std::move(folder)), run_(std::move(run)) {}

void RunCheckpoints::save(const Training& training) const {
  save_checkpoint(folder_, {to_json(run_).dump(), training.state(),
                            capture(training.model(), training.optimizer())});
}

void RunCheckpoints::resume(Training& training, std::int64_t rows) const {
  const std::optional<StoredCheckpoint> stored = load_checkpoint(folder_);
  if (!stored) {
    return print_note("no checkpoint in {} yet: beginning with the first epoch", folder_.string());
  }
  if (!stored->warning.empty()) {
    restore_previous_checkpoint(folder_);
    print_warning("{}", stored->warning);
  }
  const Checkpoint& checkpoint = stored->checkpoint;
  const RunRecord then = parse_run_record(nlohmann::ordered_json::parse(checkpoint.run));
  for (const Difference& difference : check_same_run(then, run_.determinants())) {
    print_warning("{}: the last digits may differ", difference.text);
  }
  try {
    take_up(checkpoint, training, rows);
  } catch (const Error& error) {
    throw Error("cannot go on from the checkpoint in '{}': {}", folder_.string(), error.what());
  }
  const std::int64_t done = training.epoch() - 1;
  if (training.is_finished()) {
    print_note("the run is finished after {} epochs: nothing left to train", done);
  } else {
    print_note("going on after epoch {} of {} and {} steps", done, training.options().epochs,
               checkpoint.state.epoch.steps_done);
  }
}

}  // namespace mnist
