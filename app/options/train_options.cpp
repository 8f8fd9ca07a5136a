#include "options/train_options.hpp"

#include <cstdlib>
#include <limits>
#include <string_view>
#include <vector>

#include "machine.hpp"
#include "options/command_line.hpp"
#include "run/run_record.hpp"

namespace mnist {
namespace {

std::string recipe_help() {
  std::string text = "the network, and what the options are that are not given:";
  for (const Recipe& recipe : recipes()) {
    text += fmt::format(
        " {} ({}; --epochs {} --batch-size {} --learning-rate {} --schedule {} --validation-split "
        "{});",
        recipe.name, recipe.summary, recipe.epochs, recipe.batch_size, recipe.learning_rate,
        name_of(recipe.schedule), recipe.validation_split);
  }
  text.pop_back();
  return text;
}

Schedule schedule_option(const cxxopts::ParseResult& arguments, Schedule otherwise) {
  if (arguments.count("schedule") == 0) return otherwise;
  const auto& name = arguments["schedule"].as<std::string>();
  for (const Schedule schedule : {Schedule::kConstant, Schedule::kOneCycle}) {
    if (name == name_of(schedule)) return schedule;
  }
  throw UsageError("--schedule is '{}': expected constant or one-cycle", name);
}

ProfileDetail profile_option(const cxxopts::ParseResult& arguments) {
  if (arguments.count("profile") == 0) return ProfileDetail::kOff;
  const auto& what = arguments["profile"].as<std::string>();
  if (what == "phases") return ProfileDetail::kPhases;
  if (what == "operations") return ProfileDetail::kOperations;
  throw UsageError("--profile is '{}': expected phases or operations", what);
}

cxxopts::Options train_options() {
  cxxopts::Options options("mnist train",
                           "Trains the network, reports on the test set, saves the model.");
  const auto text = [](const char* value) {
    return cxxopts::value<std::string>()->default_value(value);
  };
  // What these are without the option is the recipe's.
  const auto own = cxxopts::value<std::string>();
  add_data_option(options);
  options.add_options()                                                           //
      ("output", "folder that receives the results", text("runs/latest"), "DIR")  //
      ("from",
       "repeat the run of a metrics.json, metadata.json or model: its options, where not given "
       "here",
       cxxopts::value<std::string>(), "FILE")                                                   //
      ("resume", "go on with the run in that folder, given the same options")                   //
      ("recipe", recipe_help(), text("tutorial"), "NAME")                                       //
      ("epochs", "passes over the training set", own, "N")                                      //
      ("batch-size", "images a step", own, "N")                                                 //
      ("learning-rate", "Adam's step size, at its highest", own, "X")                           //
      ("schedule", "of the learning rate: constant, or one-cycle: up, then down", own, "NAME")  //
      ("validation-split", "last part of the training set that is held out", own, "X")          //
      ("early-stopping",
       "stop after N epochs without a lower validation loss, and take the best weights; 0 never",
       text("0"), "N")                                                           //
      ("seed", "of the weights, the shuffling and the dropout", text("1"), "N")  //
      ("profile", "show where the time went: phases, or operations too",
       cxxopts::value<std::string>()->implicit_value("phases"), "WHAT")  //
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
  const Recipe& recipe = find_recipe((*arguments)["recipe"].as<std::string>());
  const auto whole = [&](const char* name, std::int64_t otherwise) {
    return arguments->count(name) == 0 ? otherwise : integer_option(*arguments, name, 1, 1'000'000);
  };
  const auto real = [&](const char* name, double otherwise, double minimum, double maximum) {
    return arguments->count(name) == 0 ? otherwise
                                       : real_option(*arguments, name, minimum, maximum);
  };
  TrainOptions result{
      .data = data_option(*arguments),
      .output = path_option(*arguments, "output"),
      .recipe = &recipe,
      .trainer = {.batch_size = whole("batch-size", recipe.batch_size),
                  .epochs = whole("epochs", recipe.epochs),
                  .learning_rate = real("learning-rate", recipe.learning_rate, 1e-12, 1e3),
                  .schedule = schedule_option(*arguments, recipe.schedule)},
      .validation_split = real("validation-split", recipe.validation_split, 0, 0.99),
      .early_stopping = integer_option(*arguments, "early-stopping", 0, 1'000'000),
      .seed = integer_option(*arguments, "seed", 0, std::numeric_limits<std::int64_t>::max()),
      .threads = threads_option(*arguments),
      .device = device_option(*arguments),
      .reproducible = reproducible_option(*arguments),
      .repeated = repeated,
      .resume = arguments->count("resume") != 0,
      .verbosity = static_cast<Verbosity>(integer_option(*arguments, "verbose", 0, 2)),
      .color = color_option(*arguments),
      .profile = profile_option(*arguments),
  };
  check(result);
  return result;
}

nlohmann::ordered_json run_json(const TrainOptions& options, const Mnist& mnist) {
  return {{"command", "train"},
          {"options",
           {{"recipe", options.recipe->name},
            {"epochs", options.trainer.epochs},
            {"batch_size", options.trainer.batch_size},
            {"learning_rate", options.trainer.learning_rate},
            {"schedule", name_of(options.trainer.schedule)},
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
