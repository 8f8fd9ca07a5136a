#include "run/run_checkpoints.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "console/terminal.hpp"
#include "mnist/checkpoint/checkpoint_store.hpp"
#include "mnist/checkpoint/snapshot.hpp"
#include "mnist/error.hpp"
#include "mnist/weights.hpp"
#include "run/alike.hpp"
#include "run/run_comparison.hpp"

namespace mnist {
namespace {

void take_up(const Checkpoint& checkpoint, Training& training, std::int64_t rows) {
  Cnn model = training.model();
  restore(checkpoint.tensors, model, training.optimizer());
  training.go_on_from(checkpoint.state, rows);
}

/// Where there is no checkpoint a run begins, unless it would replace a model.
void begin(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / "model.pt", error)) {
    throw Error(
        "cannot resume in '{}': it holds a model and no checkpoint to go on from; --overwrite in "
        "place of --resume trains anew",
        folder.string());
  }
  print_note("no checkpoint in {} yet: beginning with the first epoch", folder.string());
}

}  // namespace

RunCheckpoints::RunCheckpoints(std::filesystem::path folder, RunRecord& run, ProcessGroup& group)
    : folder_(std::move(folder)), run_(run), group_(group) {}

void RunCheckpoints::save(const Training& training) const {
  check_weights_alike(group_, [&] { return weights_sha256(named_values(*training.model())); });
  if (!group_.leads()) return;
  // A path on record may be no UTF-8.
  const std::string run = to_json(run_).dump(-1, ' ', /*ensure_ascii=*/false,
                                             nlohmann::ordered_json::error_handler_t::replace);
  save_checkpoint(folder_,
                  {run, training.state(), capture(training.model(), training.optimizer())});
}

std::optional<Checkpoint> RunCheckpoints::load() const {
  std::optional<Checkpoint> checkpoint;
  if (group_.leads()) {
    if (std::optional<StoredCheckpoint> stored = load_checkpoint(folder_)) {
      if (!stored->warning.empty()) {
        restore_previous_checkpoint(folder_);
        print_warning("{}", stored->warning);
      }
      checkpoint = std::move(stored->checkpoint);
    } else {
      begin(folder_);
    }
  }
  if (group_.size() == 1) return checkpoint;
  const std::string bytes = group_.gather(checkpoint ? to_bytes(*checkpoint) : "").front();
  return bytes.empty() ? std::nullopt : std::optional(parse_checkpoint(bytes));
}

void RunCheckpoints::resume(Training& training, std::int64_t rows) const {
  const std::optional<Checkpoint> loaded = load();
  if (!loaded) return;
  const Checkpoint& checkpoint = *loaded;
  const RunRecord then = parse_run_record(nlohmann::ordered_json::parse(checkpoint.run));
  const ResumedWith changes = check_resumable(then, run_.determinants());
  for (const Difference& difference : changes.machine) {
    print_warning("{}: the last digits may differ", difference.text);
  }
  try {
    take_up(checkpoint, training, rows);
  } catch (const Error& error) {
    throw Error("cannot go on from the checkpoint in '{}': {}", folder_.string(), error.what());
  }
  const std::int64_t done = training.epoch() - 1;
  run_.changes = then.changes;
  for (const Difference& difference : changes.settings) {
    print_note("{}: going on with that", difference.text);
    if (!changes_steps(difference, run_)) continue;
    run_.changes.push_back(fmt::format("{} after {} epochs and {} steps", difference.text, done,
                                       checkpoint.state.epoch.steps_done));
  }
  if (training.is_finished()) {
    print_note("the run is finished after {} epochs: nothing left to train", done);
  } else {
    print_note("going on after epoch {} of {} and {} steps", done, training.options().epochs,
               checkpoint.state.epoch.steps_done);
  }
}

}  // namespace mnist
