#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "command_line.hpp"
#include "commands.hpp"
#include "mnist/atomic_file.hpp"
#include "mnist/classifier.hpp"
#include "mnist/read_file.hpp"
#include "results.hpp"

namespace mnist {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

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

std::string read_model(const std::filesystem::path& path) {
  try {
    return read_file(path, kMostBytes);
  } catch (const Error& error) {
    throw Error("cannot read the model '{}': {}", path.string(), error.what());
  }
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

}  // namespace

void run_export(int argc, const char* const* argv) {
  cxxopts::Options options("mnist export", "Writes a saved model as an inference server takes it.");
  options.add_options()  //
      ("triton", "model repository of NVIDIA Triton: receives NAME/1/model.pt, NAME/config.pbtxt",
       cxxopts::value<std::string>(), "DIR")  //
      ("name", "the model's name there", cxxopts::value<std::string>()->default_value("mnist-cnn"),
       "NAME");
  add_model_option(options);
  const auto arguments = parse(options, argc, argv);
  if (!arguments) return;
  if (arguments->count("triton") == 0) throw UsageError("expected --triton DIR");
  const std::filesystem::path repository = path_option(*arguments, "triton");
  const std::string name = name_option(*arguments);
  const std::filesystem::path model = model_option(*arguments);

  const Classifier classifier = Classifier::load(model, torch::kCPU);
  prepare_output(repository / name / "1");
  write_file_atomically(repository / name / "1" / "model.pt", read_model(model));
  write_file_atomically(repository / name / "config.pbtxt", triton_config(name, classifier));
  fmt::print("Saved in {}: 1/model.pt, config.pbtxt\n", (repository / name).string());
}

}  // namespace mnist
