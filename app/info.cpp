#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/cuda.h>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "mnist/files/shallow_json.hpp"
#include "mnist/machine/blas.hpp"
#include "mnist/machine/description.hpp"
#include "mnist/machine/instruction_set.hpp"
#include "mnist/machine/threads.hpp"
#include "mnist/weights.hpp"
#include "options/shared_options.hpp"
#include "run/open_classifier.hpp"
#include "run/revision.hpp"

namespace mnist {
namespace {

struct InfoOptions {
  std::filesystem::path model;  ///< empty for none
  int threads = available_cores();
};

OptionTable<InfoOptions> info_table() {
  OptionTable<InfoOptions> table;
  table.add(
      "model", "FILE", "TorchScript file whose signature, digest and metadata are shown too",
      [](auto& o) -> auto& { return o.model; }, Path());
  add_threads_option(table);
  return table;
}

void print_row(std::string_view name, std::string_view value) {
  print_stdout("{:<15} {}\n", name, value);
}

void print_machine() {
  const Blas blas = detect_blas();
  print_row("mnist", kVersion);
  print_row("revision", kRevision);
  print_row("LibTorch", libtorch_version());
  print_row("cxxopts", cxxopts_version());
  print_row("fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                               FMT_VERSION % 100));
  print_row("compiler", __VERSION__);
  print_row("processor", processor_name());
  print_row("CPU capability", cpu_capability());
  print_row("kernels", kernel_instruction_set());
  print_row("threads", fmt::format("{} (cores this process may use: {})", at::get_num_threads(),
                                   available_cores()));
  print_row("BLAS", fmt::format("{} ({})", blas.name, blas.path));
  print_row("oneDNN", at::get_mkldnn_version());
  const auto cuda = torch::cuda::device_count();
  print_row("devices", cuda == 0 ? "cpu" : fmt::format("cpu, cuda:0 to cuda:{}", cuda - 1));
  if (!blas.warning.empty()) print_warning("{}", blas.warning);
}

/// Escaped as JSON is, so that a file of any origin can be shown on a terminal.
void print_metadata(const std::string& text) {
  if (text.empty()) return print_row("metadata.json", "none");
  try {
    const auto metadata = parse_shallow<nlohmann::ordered_json>(text);
    print_row("metadata.json", metadata.dump(2, ' ', /*ensure_ascii=*/true));
  } catch (const nlohmann::json::parse_error&) {
    print_row("metadata.json", "not JSON");
  } catch (const Error& error) {
    print_row("metadata.json", error.what());
  }
}

void print_model(const std::filesystem::path& path) {
  const Classifier classifier = open_classifier(path, torch::kCPU);
  const auto& schema = classifier.module().get_method("forward").function().getSchema();
  std::int64_t parameters = 0;
  for (const torch::Tensor& parameter : classifier.module().parameters()) {
    parameters += parameter.numel();
  }
  print_row("model", path.string());
  print_row("signature", c10::str(schema));
  print_row("answers", name_of(classifier.output()));
  print_row("classes", fmt::format("{}", classifier.classes()));
  print_row("parameters", fmt::format("{}", parameters));
  print_row("weights SHA-256", weights_sha256(classifier.module()));
  print_metadata(classifier.metadata());
}

}  // namespace

void run_info(int argc, const char* const* argv) {
  const auto options = parse_options(
      {"info", "Shows what the program runs on, and what a model is."}, info_table(), argc, argv);
  if (!options) return;
  set_threads(options->threads);
  print_machine();
  if (!options->model.empty()) print_model(options->model);
}

}  // namespace mnist
