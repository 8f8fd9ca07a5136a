#include <fmt/format.h>

#include "commands.hpp"
#include "evaluation.hpp"
#include "machine.hpp"
#include "mnist/files/folder_lock.hpp"
#include "mnist/machine/serial_operators.hpp"
#include "options/command_line.hpp"
#include "run/process.hpp"
#include "run/run_folder.hpp"

namespace mnist {

void run_evaluate(int argc, const char* const* argv) {
  cxxopts::Options options("mnist evaluate",
                           "Reports on a saved model, over the 10,000 test images.");
  add_model_option(options);
  options.add_options()  //
      ("output", "folder that receives metrics.json and predictions.csv",
       cxxopts::value<std::string>(), "DIR")  //
      ("json", "print metrics.json instead of the report");
  add_data_option(options);
  add_machine_options(options);
  add_color_option(options);
  const auto arguments = parse(options, argc, argv);
  if (!arguments) return;

  const std::filesystem::path model = model_option(*arguments);
  const int threads = threads_option(*arguments);
  const torch::Device device = device_option(*arguments);
  const Color color = color_option(*arguments);
  std::optional<std::filesystem::path> output;
  std::optional<FolderLock> lock;
  if (arguments->count("output") != 0) {
    output = path_option(*arguments, "output");
    prepare_output(*output);
    lock.emplace(*output);
  }
  set_threads(threads);

  Classifier classifier = Classifier::load(model, device);
  std::optional<SerialOperators> serial;
  if (classifier.runs_on_kernels()) serial.emplace();
  const Mnist mnist = load_mnist_test(data_option(*arguments));
  note_other_data(mnist);
  const Evaluation evaluation = evaluate(classifier, mnist.test);
  const nlohmann::ordered_json run = {
      {"command", "evaluate"},
      {"options", {{"model", model.string()}, {"device", device.str()}}},
      {"machine", machine_json(threads)},
      {"data", data_json(mnist)}};
  if (output) save_evaluation(*output, evaluation, run);
  if (arguments->count("json") != 0) {
    fmt::print("{}", metrics_text(evaluation, run));
  } else {
    print(evaluation, color);
  }
}

}  // namespace mnist
