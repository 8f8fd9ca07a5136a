#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>

#include "checkpoint_files.hpp"
#include "commands.hpp"
#include "mnist/classifier.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/torchscript.hpp"
#include "options/command_line.hpp"
#include "run/run_folder.hpp"

namespace mnist {
namespace {

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 30;

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
    dims: [ 1, 28, 28 ]
  }}
]
output [
  {{
    name: "{}__0"
    data_type: TYPE_FP32
    dims: [ 10 ]
  }}
]
dynamic_batching {{ }}
)",
                     name, output);
}

/// What is exported: the bytes of a TorchScript file, the network that they hold, and what throws
/// where that is not so.
struct Source {
  std::string bytes;
  torch::jit::Module module;
  std::function<void()> prove;
};

Source read_model(const std::filesystem::path& path) {
  const Classifier classifier = Classifier::load(path, torch::kCPU);
  try {
    return {read_file(path, kMostModelBytes), classifier.module(), [] {}};
  } catch (const Error& error) {
    throw Error("cannot read the model '{}': {}", path.string(), error.what());
  }
}

/// The model that a run ends with, of its checkpoint: without scores, since nothing is evaluated.
Source read_checkpoint(const std::filesystem::path& folder) {
  const std::optional<Checkpoint> checkpoint = load_checkpoint(folder);
  if (!checkpoint)
    throw Error("no checkpoint in '{}': expected the folder of a run", folder.string());
  Cnn model = network_of(*checkpoint);
  const torch::jit::Module script = to_torchscript(model);
  const auto metadata = metadata_json(nlohmann::ordered_json::parse(checkpoint->run));
  const std::string bytes = serialize(script, {{"metadata.json", metadata.dump(2) + '\n'}});
  return {bytes, script, [bytes, model] { verify_torchscript(bytes, model); }};
}

/// The name becomes a folder, and stands in quotes in the configuration.
std::string name_option(const cxxopts::ParseResult& arguments) {
  const auto& name = arguments["name"].as<std::string>();
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  if (name.empty() || !std::ranges::all_of(name, allowed)) {
    throw UsageError("--name is '{}': expected letters, digits, '_' and '-'", name);
  }
  return name;
}

void export_to_triton(const Source& source, const std::filesystem::path& repository,
                      const std::string& name) {
  source.prove();
  const Classifier classifier(source.module, torch::kCPU);
  prepare_output(repository / name / "1");
  write_file_atomically(repository / name / "1" / "model.pt", source.bytes);
  write_file_atomically(repository / name / "config.pbtxt", triton_config(name, classifier));
  fmt::print("Saved in {}: 1/model.pt, config.pbtxt\n", (repository / name).string());
}

}  // namespace

void run_export(int argc, const char* const* argv) {
  cxxopts::Options options("mnist export", "Writes a saved model as others take it.");
  add_model_option(options);
  options.add_options()  //
      ("from-checkpoint", "folder of a run: its weights are taken instead of a model's",
       cxxopts::value<std::string>(), "DIR")  //
      ("torchscript", "file that receives the model as TorchScript", cxxopts::value<std::string>(),
       "FILE")  //
      ("triton", "model repository of NVIDIA Triton: receives NAME/1/model.pt, NAME/config.pbtxt",
       cxxopts::value<std::string>(), "DIR")  //
      ("name", "the model's name there", cxxopts::value<std::string>()->default_value("mnist-cnn"),
       "NAME");
  const auto arguments = parse(options, argc, argv);
  if (!arguments) return;
  const auto given = [&](const char* option) { return arguments->count(option) != 0; };
  if (!given("torchscript") && !given("triton")) {
    throw UsageError("expected --torchscript FILE or --triton DIR");
  }
  if (given("model") && given("from-checkpoint")) {
    throw UsageError("--model and --from-checkpoint exclude each other");
  }
  const std::string name = name_option(*arguments);
  const Source source = given("from-checkpoint")
                            ? read_checkpoint(path_option(*arguments, "from-checkpoint"))
                            : read_model(model_option(*arguments));
  if (given("torchscript")) {
    const std::filesystem::path file = path_option(*arguments, "torchscript");
    if (const auto doubt = save_model(file, source.bytes, source.prove)) throw Error("{}", *doubt);
    fmt::print("Saved {}\n", file.string());
  }
  if (given("triton")) export_to_triton(source, path_option(*arguments, "triton"), name);
}

}  // namespace mnist
