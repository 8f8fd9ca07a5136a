#include "train_options.hpp"

#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "command_line.hpp"
#include "machine.hpp"
#include "recorded_run.hpp"

namespace mnist {
namespace {

cxxopts::Options train_options() {
  cxxopts::Options options("mnist train",
                           "Trains the network, reports on the test set, saves the model.");
  const auto text = [](const char* value) {
    return cxxopts::value<std::string>()->default_value(value);
  };
  add_data_option(options);
  options.add_options()                                                           //
      ("output", "folder that receives the results", text("runs/latest"), "DIR")  //
      ("from",
       "repeat the run of a metrics.json, metadata.json or model: its options, where not given "
       "here",
       cxxopts::value<std::string>(), "FILE")                                                   //
      ("resume", "go on with the run in that folder, given the same options")                   //
      ("epochs", "passes over the training set", text("10"), "N")                               //
      ("batch-size", "images a step", text("32"), "N")                                          //
      ("learning-rate", "Adam's step size", text("0.001"), "X")                                 //
      ("validation-split", "last part of the training set that is held out", text("0.1"), "X")  //
      ("early-stopping",
       "stop after N epochs without a lower validation loss, and take the best weights; 0 never",
       text("0"), "N")                                                           //
      ("seed", "of the weights, the shuffling and the dropout", text("1"), "N")  //
      ("verbose", "0 silent, 1 a bar on a terminal, 2 one line an epoch", text("1"), "0|1|2");
  add_machine_options(options);
  options.add_options()("reproducible",
                        "the same weights on any number of cores of any x86-64 processor with AVX2 "
                        "(default: whether $MNIST_REPRODUCIBLE is 1)",
                        cxxopts::value<bool>());
  add_color_option(options);
  return options;
}

bool reproducible_option(const cxxopts::ParseResult& arguments) {
  if (arguments.count("reproducible") != 0) return arguments["reproducible"].as<bool>();
  const char* value = std::getenv("MNIST_REPRODUCIBLE");
  return value && std::string_view(value) == "1";
}

void check(const TrainOptions& options) {
  if (options.early_stopping != 0 && options.validation_split == 0) {
    throw UsageError("--early-stopping needs a validation set: --validation-split is 0");
  }
  if (options.reproducible && !options.device.is_cpu()) {
    throw UsageError("--reproducible takes the cpu: --device is '{}'", options.device.str());
  }
}

}  // namespace

std::optional<TrainOptions> parse_train_options(int argc, const char* const* argv) {
  cxxopts::Options options = train_options();
  auto arguments = parse(options, argc, argv);
  if (!arguments) return std::nullopt;
  std::optional<nlohmann::json> repeated;
  if (arguments->count("from") != 0) {
    repeated = read_recorded_run(path_option(*arguments, "from"));
    const std::vector<std::string> recorded = arguments_of(*repeated);
    // Of an option given twice the last counts.
    std::vector<const char*> words(argv, argv + argc);
    for (const std::string& word : recorded) words.insert(words.begin() + 1, word.c_str());
    options = train_options();
    arguments = parse(options, static_cast<int>(words.size()), words.data());
  }
  TrainOptions result{
      .data = data_option(*arguments),
      .output = path_option(*arguments, "output"),
      .epochs = integer_option(*arguments, "epochs", 1, 1'000'000),
      .batch_size = integer_option(*arguments, "batch-size", 1, 1'000'000),
      .learning_rate = real_option(*arguments, "learning-rate", 1e-12, 1e3),
      .validation_split = real_option(*arguments, "validation-split", 0, 0.99),
      .early_stopping = integer_option(*arguments, "early-stopping", 0, 1'000'000),
      .seed = integer_option(*arguments, "seed", 0, std::numeric_limits<std::int64_t>::max()),
      .threads = threads_option(*arguments),
      .device = device_option(*arguments),
      .reproducible = reproducible_option(*arguments),
      .repeated = repeated,
      .resume = arguments->count("resume") != 0,
      .verbosity = static_cast<Verbosity>(integer_option(*arguments, "verbose", 0, 2)),
      .color = color_option(*arguments),
  };
  check(result);
  return result;
}

nlohmann::ordered_json run_json(const TrainOptions& options, const Mnist& mnist) {
  return {{"command", "train"},
          {"options",
           {{"epochs", options.epochs},
            {"batch_size", options.batch_size},
            {"learning_rate", options.learning_rate},
            {"validation_split", options.validation_split},
            {"early_stopping", options.early_stopping},
            {"seed", options.seed},
            {"threads", options.threads},
            {"device", options.device.str()},
            {"reproducible", options.reproducible}}},
          {"machine", machine_json(options.threads)},
          {"data", data_json(mnist)}};
}

}  // namespace mnist
