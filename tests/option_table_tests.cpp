#include <cmath>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/atomic_file.hpp"
#include "options/option_table.hpp"
#include "options/shared_options.hpp"
#include "options/train_options.hpp"
#include "temporary_folder.hpp"
using namespace mnist;

namespace {

std::optional<TrainOptions> parsed(std::vector<const char*> argv) {
  argv.insert(argv.begin(), "train");
  return parse_train_options(static_cast<int>(argv.size()), argv.data());
}

std::string usage_error(std::vector<const char*> argv) {
  return error_of<UsageError>([&] { parsed(argv); });
}

}  // namespace

TEST_CASE("a number is taken whole or not at all", "[options]") {
  CHECK(parsed({})->seed == 1);
  CHECK(parsed({"--seed", "9223372036854775807"})->seed == 9223372036854775807);
  CHECK(parsed({"--learning-rate=1e-3"})->settings.learning_rate == 1e-3);
  for (const char* bad : {"0", "1000001", "6000000000", "99999999999999999999", "7x", "x7", "",
                          " 7", "0x7", "7.0", "+7"}) {
    CHECK(usage_error({"--epochs", bad}) ==
          fmt::format("--epochs is '{}': expected a whole number from 1 to 1000000", bad));
  }
  for (const char* bad : {"0.01abc", "nan", "inf", "1.5", "-0.1", "", "1e999"}) {
    CHECK(contains(usage_error({"--validation-split", bad}),
                   fmt::format("--validation-split is '{}': expected a number from 0 to", bad)));
  }
}

TEST_CASE("a name is one of those there are", "[options]") {
  CHECK(parsed({"--color", "always"})->color == Color::kAlways);
  CHECK(usage_error({"--color", "blue"}) == "--color is 'blue': expected auto, always or never");
  CHECK(usage_error({"--schedule", ""}) ==
        "--schedule is '': expected constant, one-cycle or linear");
  CHECK(parsed({"--profile"})->profile == ProfileDetail::kPhases);
  CHECK(parsed({"--profile=operations"})->profile == ProfileDetail::kOperations);
  CHECK(parsed({"--resume"})->resume);
  CHECK_FALSE(parsed({"--resume=false"})->resume);
  CHECK_FALSE(usage_error({"--resume=perhaps"}).empty());
  CHECK(usage_error({"--output", ""}) == "--output is empty: expected a path");
}

TEST_CASE("unknown options, arguments and missing values are usage errors", "[options]") {
  CHECK(contains(usage_error({"--epoch", "3"}), "no option '--epoch' (did you mean '--epochs'?)"));
  CHECK(contains(usage_error({"stray"}), "unexpected argument 'stray'"));
  CHECK_FALSE(usage_error({"--epochs"}).empty());
}

TEST_CASE("devices are taken by name, and one that is not there is an error", "[options]") {
  CHECK(parsed({"--device", "cpu"})->device == c10::kCPU);
  for (const char* bad : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "cuda:99999999999", "cpu:0"}) {
    CHECK(contains(usage_error({"--device", bad}), "expected cpu, cuda, cuda:N or auto"));
  }
  CHECK(contains(error_of([] { parsed({"--device", "cuda:999"}); }), "the device is 'cuda:999'"));
}

TEST_CASE("threads are the cores of this process unless they are given", "[options]") {
  CHECK(parsed({})->threads == available_cores());
  CHECK(parsed({"--threads", "3"})->threads == 3);
  CHECK_FALSE(usage_error({"--threads", "0"}).empty());
}

TEST_CASE("options that are not given are the recipe's, wherever it stands", "[options]") {
  const auto tutorial = parsed({});
  CHECK(tutorial->settings.trainer.epochs == 10);
  CHECK(tutorial->settings.trainer.batch_size == 32);
  CHECK(tutorial->settings.validation_split == 0.1);
  const auto fast = parsed({"--epochs", "7", "--recipe", "fast"});
  CHECK(fast->recipe->name == "fast");
  CHECK(fast->settings.trainer.epochs == 7);
  CHECK(fast->settings.trainer.batch_size == 64);
  CHECK(fast->settings.trainer.schedule == Schedule::kOneCycle);
  CHECK(fast->settings.validation_split == 0);
  CHECK(fast->settings.beta2 == 0.9);
  const auto accurate = parsed({"--dropout", "0.4", "--recipe", "accurate", "--beta1", "0.8"});
  CHECK(accurate->settings.network.architecture == Architecture::kResidual);
  CHECK(accurate->settings.network.dropout == 0.4);
  CHECK(accurate->settings.beta1 == 0.8);
  CHECK(accurate->settings.beta2 == 0.99);
}

TEST_CASE("of an option given twice the last counts", "[options]") {
  CHECK(parsed({"--seed", "3", "--seed", "4"})->seed == 4);
}

TEST_CASE("of several runs to repeat the last is taken, and the others are not read", "[options]") {
  const TemporaryFolder folder;
  const auto record = [&](const std::string& name, const std::string& options) {
    const auto text = fmt::format(R"({{"command": "train", "options": {{{}}}}})", options);
    write_file_atomically(folder / name, text);
    return (folder / name).string();
  };
  const std::string first = record("first", R"("seed": 3, "batch_size": 7)");
  const std::string second = record("second", R"("init": "", "seed": 4)");
  const auto options =
      parsed({"--from", "none", "--from", first.c_str(), "--from", second.c_str()});
  CHECK(options->seed == 4);
  CHECK(options->init.empty());
  CHECK(options->settings.trainer.batch_size == 32);
  CHECK((*options->repeated->find("seed") == OptionValue(std::int64_t{4})));
}

TEST_CASE("options that do not go together are usage errors", "[options]") {
  CHECK(contains(usage_error({"--early-stopping", "2", "--validation-split", "0"}),
                 "--early-stopping needs a validation set"));
}

TEST_CASE("what determines the weights goes on record, and nothing else", "[options]") {
  const RunRecord record = record_of(*parsed({"--epochs", "3", "--verbose", "0"}), {});
  std::vector<std::string> names;
  for (const auto& [name, value] : record.options) names.push_back(name);
  CHECK(names == std::vector<std::string>{"init", "recipe", "epochs", "batch-size", "learning-rate",
                                          "schedule", "label-smoothing", "temperature", "average",
                                          "augment", "validation-split", "beta1", "beta2",
                                          "dropout", "early-stopping", "seed", "threads", "device",
                                          "reproducible"});
  CHECK((*record.find("epochs") == OptionValue(std::int64_t{3})));
  CHECK((*record.find("learning-rate") == OptionValue(0.001)));
  CHECK((*record.find("device") == OptionValue(std::string("cpu"))));
}

TEST_CASE("the nearest name is suggested, and none that is far", "[options]") {
  CHECK(suggestion("evalate", {"train", "evaluate"}) == " (did you mean 'evaluate'?)");
  CHECK(suggestion("xyz", {"train", "evaluate"}).empty());
}
