#include <fmt/format.h>

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
#include "onnx_model.hpp"
#include "options/recipes.hpp"
#include "options/shared_options.hpp"
#include "run/crash_line.hpp"
#include "run/initial_weights.hpp"
#include "run/open_classifier.hpp"
#include "run/results.hpp"
#include "run/run_folder.hpp"
#include "run/run_record.hpp"
#include "triton_config.hpp"

namespace mnist {
namespace {

struct ExportOptions {
  std::filesystem::path model;
  std::filesystem::path from_checkpoint;  ///< empty, or the folder of a run
  std::filesystem::path from_weights;     ///< empty, or a file of weights
  std::filesystem::path torchscript;      ///< the file to write, if any
  std::filesystem::path triton;           ///< the repository to write to, if any
  std::string name = "mnist-cnn";
  TritonPlatform platform = TritonPlatform::kLibTorch;
  std::filesystem::path onnx;  ///< the file to write, if any
  std::string input_shape;     ///< of a model that is not of digits
};

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 30;

void add_triton_options(OptionTable<ExportOptions>& table) {
  table.add(
      "triton", "DIR",
      "model repository of NVIDIA Triton: receives NAME/config.pbtxt and NAME/1/model.pt, or "
      "model.onnx",
      [](auto& o) -> auto& { return o.triton; }, Path());
  table.add(
      "name", "NAME", "with --triton: the model's name", [](auto& o) -> auto& { return o.name; },
      Text{is_triton_name, "letters, digits, '_' and '-'"});
  table.add(
      "platform", "NAME",
      "with --triton: what runs the model, pytorch_libtorch or onnxruntime_onnx",
      [](auto& o) -> auto& { return o.platform; },
      Choice<TritonPlatform>{
          {{std::string(name_of(TritonPlatform::kLibTorch)), TritonPlatform::kLibTorch},
           {std::string(name_of(TritonPlatform::kOnnxRuntime)), TritonPlatform::kOnnxRuntime}}});
}

OptionTable<ExportOptions> export_table() {
  OptionTable<ExportOptions> table;
  add_model_option(table);
  table.add(
      "from-checkpoint", "DIR",
      "folder of a run: the weights of its checkpoint are taken instead of a model's",
      [](auto& o) -> auto& { return o.from_checkpoint; }, Path());
  table.add(
      "from-weights", "FILE",
      "state_dict, .npz, .safetensors or model: its weights are taken, which have to be those of a "
      "recipe's network",
      [](auto& o) -> auto& { return o.from_weights; }, Path());
  table.add(
      "torchscript", "FILE", "file that receives the model as TorchScript",
      [](auto& o) -> auto& { return o.torchscript; }, Path());
  table.add(
      "onnx", "FILE", "file that receives the model as ONNX",
      [](auto& o) -> auto& { return o.onnx; }, Path());
  table.add(
      "input-shape", "SHAPE",
      "with --onnx, for a model of other inputs than digits: their shape, such as N,3,224,224",
      [](auto& o) -> auto& { return o.input_shape; },
      Text{is_input_shape, "N, which stays free, and whole numbers: N,3,224,224"});
  add_triton_options(table);
  return table;
}

/// What is exported: the bytes of a TorchScript file, the network that they hold, and what throws
/// where that is not so.
struct Source {
  std::string bytes;
  torch::jit::Module module;
  std::int64_t image_side;
  std::string metadata;
  std::function<void()> prove;
};

Classifier classifier_of(const Source& source) {
  return Classifier(source.module, torch::kCPU, {.image_side = source.image_side}, source.metadata);
}

Source read_model(const std::filesystem::path& path) {
  const Classifier classifier = open_classifier(path, torch::kCPU);
  try {
    return {read_file(path, kMostModelBytes), classifier.module(), classifier.image_side(),
            classifier.metadata(), [] {}};
  } catch (const Error& error) {
    throw Error("cannot read the model '{}': {}", path.string(), error.what());
  }
}

/// The network that the checkpoint's run would end with if it ended there.
Cnn network_of(const Checkpoint& checkpoint, const RunRecord& run) {
  const OptionValue* name = run.find("recipe");
  const Recipe* recipe = name ? find_recipe(to_text(*name)) : nullptr;
  if (!recipe) throw Error("the checkpoint's run is not of a recipe that this program knows");
  Cnn model(network_for(recipe->settings.network, run.data));
  restore_weights(checkpoint.tensors, model);
  const OptionValue* patience = run.find("early-stopping");
  const bool early_stopping = patience && *patience != OptionValue(std::int64_t{0});
  const NamedTensors& final = checkpoint.state.final_weights(early_stopping);
  if (!final.empty()) set_weights(*model, final);
  return model;
}

/// Without scores, since nothing is evaluated.
Source source_of(const Cnn& model, const RunRecord& run) {
  const torch::jit::Module script = to_torchscript(model);
  const std::string metadata = metadata_json(run, nullptr);
  const std::string bytes = serialize(script, {{"metadata.json", metadata}});
  return {bytes, script, model->options.image_side, metadata,
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
    Cnn model(recipe.settings.network);
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

void export_to_triton(const Source& source, const ExportOptions& options) {
  source.prove();
  const Classifier classifier = classifier_of(source);
  const bool onnx = options.platform == TritonPlatform::kOnnxRuntime;
  const std::string bytes = onnx ? onnx_of_classifier(classifier) : source.bytes;
  const std::string config = triton_config(options.name, options.platform, classifier);
  const std::string file = onnx ? "model.onnx" : "model.pt";
  const std::filesystem::path folder = options.triton / options.name;
  make_folder(folder / "1");
  write_file_atomically(folder / "1" / file, bytes);
  write_file_atomically(folder / "config.pbtxt", config);
  print_stdout("Saved in {}: 1/{}, config.pbtxt\n", folder.string(), file);
}

void export_to_onnx(const Source& source, const std::filesystem::path& path) {
  source.prove();
  write_file_atomically(path, onnx_of_classifier(classifier_of(source)));
  print_stdout("Saved {}\n", path.string());
}

/// A model that is of anything else than images as `Classifier` takes them.
void export_model_to_onnx(const ExportOptions& options) {
  const std::filesystem::path path = find_model(options.model);
  const CrashLine crash_line(path);
  torch::jit::ExtraFilesMap no_extra_files;
  try {
    const torch::jit::Module module = load_torchscript(path, torch::kCPU, no_extra_files);
    const std::string bytes = onnx_of_model(module, to_input_shape(options.input_shape));
    write_file_atomically(options.onnx, bytes);
  } catch (const Error& error) {
    throw Error("'{}': {}", path.string(), error.what());
  }
  print_stdout("Saved {}\n", options.onnx.string());
}

void check(const ExportOptions& options) {
  const bool others = !options.torchscript.empty() || !options.triton.empty();
  if (options.onnx.empty() && !others) {
    throw UsageError("expected --onnx FILE, --torchscript FILE or --triton DIR");
  }
  const bool is_ours = !options.from_checkpoint.empty() || !options.from_weights.empty();
  const int sources =
      !options.model.empty() + !options.from_checkpoint.empty() + !options.from_weights.empty();
  if (sources > 1) {
    throw UsageError("--model, --from-checkpoint and --from-weights exclude each other");
  }
  if (!options.input_shape.empty() && (options.onnx.empty() || others || is_ours)) {
    throw UsageError("--input-shape goes with --onnx and --model alone");
  }
}

}  // namespace

void run_export(int argc, const char* const* argv) {
  const auto options = parse_options(
      {"export", "Writes a saved model as TorchScript, as ONNX or for NVIDIA Triton."},
      export_table(), argc, argv);
  if (!options) return;
  check(*options);
  if (!options->input_shape.empty()) return export_model_to_onnx(*options);
  const Source source = read_source(*options);
  if (!options->torchscript.empty()) {
    const auto doubt = save_model(options->torchscript, source.bytes, source.prove);
    if (doubt) throw Error("{}", *doubt);
    print_stdout("Saved {}\n", options->torchscript.string());
  }
  if (!options->triton.empty()) export_to_triton(source, *options);
  if (!options->onnx.empty()) export_to_onnx(source, options->onnx);
}

}  // namespace mnist
