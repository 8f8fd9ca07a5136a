#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "commands.hpp"
#include "console/terminal.hpp"
#include "mnist/checkpoint/checkpoint_store.hpp"
#include "mnist/checkpoint/snapshot.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/torchscript.hpp"
#include "options/recipes.hpp"
#include "options/shared_options.hpp"
#include "run/initial_weights.hpp"
#include "run/open_classifier.hpp"
#include "run/results.hpp"
#include "run/run_folder.hpp"
#include "run/run_record.hpp"

namespace mnist {
namespace {

struct ExportOptions {
  std::filesystem::path model;
  std::filesystem::path from_checkpoint;  ///< empty, or the folder of a run
  std::filesystem::path from_weights;     ///< empty, or a file of weights
  std::filesystem::path torchscript;      ///< the file to write, if any
  std::filesystem::path triton;           ///< the repository to write to, if any
  std::string name = "mnist-cnn";
};

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 30;

/// The name becomes a folder, and stands in quotes in the configuration.
bool is_plain_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

OptionTable<ExportOptions> export_table() {
  OptionTable<ExportOptions> table;
  add_model_option(table);
  table.add(
      "from-checkpoint", "DIR", "folder of a run: its weights are taken instead of a model's",
      [](auto& o) -> auto& { return o.from_checkpoint; }, Path());
  table.add(
      "from-weights", "FILE",
      "state_dict, .npz, .safetensors or model: its weights, if they are those of a recipe's "
      "network",
      [](auto& o) -> auto& { return o.from_weights; }, Path());
  table.add(
      "torchscript", "FILE", "file that receives the model as TorchScript",
      [](auto& o) -> auto& { return o.torchscript; }, Path());
  table.add(
      "triton", "DIR",
      "model repository of NVIDIA Triton: receives NAME/1/model.pt, NAME/config.pbtxt",
      [](auto& o) -> auto& { return o.triton; }, Path());
  table.add(
      "name", "NAME", "the model's name there", [](auto& o) -> auto& { return o.name; },
      Text{is_plain_name, "letters, digits, '_' and '-'"});
  return table;
}

/// The input and output of the model as Triton's PyTorch backend wants them: TorchScript keeps no
/// names of outputs, so "NAME__INDEX" tells which it is. The batch is no part of `dims`.
/// https://github.com/triton-inference-server/pytorch_backend
std::string triton_config(const std::string& name, const Classifier& classifier) {
  std::string output(name_of(classifier.output()));
  std::ranges::replace(output, '-', '_');
  return fmt::format(R"(name: "{}"
platform: "pytorch_libtorch"
max_batch_size: 1024
input [
  {{
    name: "images__0"
    data_type: TYPE_FP32
    dims: [ 1, {}, {} ]
  }}
]
output [
  {{
    name: "{}__0"
    data_type: TYPE_FP32
    dims: [ {} ]
  }}
]
dynamic_batching {{ }}
)",
                     name, classifier.image_side(), classifier.image_side(), output,
                     classifier.classes());
}

/// What is exported: the bytes of a TorchScript file, the network that they hold, and what throws
/// where that is not so.
struct Source {
  std::string bytes;
  torch::jit::Module module;
  std::int64_t image_side;
  std::function<void()> prove;
};

Source read_model(const std::filesystem::path& path) {
  const Classifier classifier = open_classifier(path, torch::kCPU);
  try {
    return {read_file(path, kMostModelBytes), classifier.module(), classifier.image_side(), [] {}};
  } catch (const Error& error) {
    throw Error("cannot read the model '{}': {}", path.string(), error.what());
  }
}

/// The network that the checkpoint's run would end with if it ended there.
Cnn network_of(const Checkpoint& checkpoint, const RunRecord& run) {
  const OptionValue* name = run.find("recipe");
  const Recipe* recipe = name ? find_recipe(to_text(*name)) : nullptr;
  if (!recipe) throw Error("the checkpoint's run is not of a recipe that this program knows");
  Cnn model(network_for(*recipe, run.data));
  const OptionValue* early_stopping = run.find("early-stopping");
  if (early_stopping && *early_stopping != OptionValue(std::int64_t{0}) &&
      checkpoint.state.best.epoch != 0) {
    set_weights(*model, checkpoint.state.best.weights);
  } else {
    restore_weights(checkpoint.tensors, model);
  }
  return model;
}

/// Without scores, since nothing is evaluated.
Source source_of(const Cnn& model, const RunRecord& run) {
  const torch::jit::Module script = to_torchscript(model);
  const std::string bytes = serialize(script, {{"metadata.json", metadata_json(run, nullptr)}});
  return {bytes, script, model->options.image_side,
          [bytes, model] { verify_torchscript(bytes, model); }};
}

Source read_checkpoint(const std::filesystem::path& folder) {
  const std::optional<StoredCheckpoint> stored = load_checkpoint(folder);
  if (!stored) {
    throw Error("no checkpoint in '{}': expected the folder of a run", folder.string());
  }
  if (!stored->warning.empty()) print_warning("{}", stored->warning);
  const RunRecord run = parse_run_record(nlohmann::ordered_json::parse(stored->checkpoint.run));
  return source_of(network_of(stored->checkpoint, run), run);
}

/// The model of weights alone: of the first recipe whose network has such weights.
Source read_weights_file(const std::filesystem::path& path) {
  std::optional<Error> refusal;
  for (const Recipe& recipe : recipes()) {
    Cnn model(recipe.network);
    try {
      set_initial_weights(model, path);
    } catch (const Error& error) {
      if (!refusal) refusal = error;
      continue;
    }
    return source_of(
        model, {.command = "export",
                .options = {{"from-weights", path.string()}, {"recipe", std::string(recipe.name)}},
                .machine = this_machine(available_cores()),
                .data = {}});
  }
  throw *refusal;
}

Source read_source(const ExportOptions& options) {
  if (!options.from_checkpoint.empty()) return read_checkpoint(options.from_checkpoint);
  if (!options.from_weights.empty()) return read_weights_file(options.from_weights);
  return read_model(find_model(options.model));
}

void export_to_triton(const Source& source, const std::filesystem::path& repository,
                      const std::string& name) {
  source.prove();
  const Classifier classifier(source.module, torch::kCPU, {.image_side = source.image_side});
  make_folder(repository / name / "1");
  write_file_atomically(repository / name / "1" / "model.pt", source.bytes);
  write_file_atomically(repository / name / "config.pbtxt", triton_config(name, classifier));
  print_stdout("Saved in {}: 1/model.pt, config.pbtxt\n", (repository / name).string());
}

}  // namespace

void run_export(int argc, const char* const* argv) {
  const auto options = parse_options({"export", "Writes a saved model as others take it."},
                                     export_table(), argc, argv);
  if (!options) return;
  if (options->torchscript.empty() && options->triton.empty()) {
    throw UsageError("expected --torchscript FILE or --triton DIR");
  }
  const int sources =
      !options->model.empty() + !options->from_checkpoint.empty() + !options->from_weights.empty();
  if (sources > 1) {
    throw UsageError("--model, --from-checkpoint and --from-weights exclude each other");
  }
  const Source source = read_source(*options);
  if (!options->torchscript.empty()) {
    const auto doubt = save_model(options->torchscript, source.bytes, source.prove);
    if (doubt) throw Error("{}", *doubt);
    print_stdout("Saved {}\n", options->torchscript.string());
  }
  if (!options->triton.empty()) export_to_triton(source, options->triton, options->name);
}

}  // namespace mnist
