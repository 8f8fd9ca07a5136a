#include "run/initial_weights.hpp"

#include "console/terminal.hpp"
#include "mnist/checkpoint/checkpoint_store.hpp"
#include "mnist/checkpoint/snapshot.hpp"
#include "mnist/error.hpp"
#include "mnist/model_forms/model_files.hpp"
#include "mnist/model_forms/weight_layouts.hpp"
#include "run/crash_line.hpp"

namespace mnist {
namespace {

void set_weights_of_checkpoint(Cnn& model, const std::filesystem::path& folder) {
  const std::optional<StoredCheckpoint> stored = load_checkpoint(folder);
  if (!stored) throw Error("there is no checkpoint in it");
  if (!stored->warning.empty()) print_warning("{}", stored->warning);
  restore_weights(stored->checkpoint.tensors, model);
}

}  // namespace

void set_initial_weights(Cnn& model, const std::filesystem::path& path) {
  const CrashLine crash_line(path);
  try {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return set_weights_of_checkpoint(model, path);
    const std::vector<NamedTensor> weights = read_weights(path);
    const WeightLayout& layout = take_weights(*model, weights);
    if (&layout != &weight_layouts().front()) {
      print_note("the weights in '{}' are in {} order", path.string(), layout.name);
    }
  } catch (const Error& error) {
    throw Error("cannot take the weights of '{}': {}", path.string(), error.what());
  }
}

}  // namespace mnist
