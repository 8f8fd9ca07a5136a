#include "options/train_options.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "options/option_table.hpp"
#include "options/train_table.hpp"

namespace mnist {
namespace {

using Table = OptionTable<TrainOptions>;
using Texts = std::vector<std::pair<std::string, std::string>>;  // options' names and texts

/// The options on record in the file, as texts. Throws `Error` for one that cannot be repeated: a
/// file from elsewhere may not choose where results go.
Texts texts_of(const RunRecord& record, const std::string& path, const Table& table) {
  Texts texts;
  for (const auto& [name, value] : record.options) {
    const Table::Option* option = table.find(name);
    if (!option || !option->recorded) {
      throw Error("cannot repeat the run of '{}': its option '{}' is not one of a training", path,
                  name);
    }
    // The weights of a reproducible run do not depend on them.
    if (name == "threads" && record.is_reproducible()) continue;
    // What was not given then is not given now.
    if (const std::string text = to_text(value); !text.empty()) texts.emplace_back(name, text);
  }
  return texts;
}

const Recipe* recipe_among(const Texts& texts, const Table& table) {
  TrainOptions options;
  for (const auto& [name, text] : texts) {
    if (name == "recipe") table.find(name)->set(options, text);
  }
  return options.recipe;
}

void check(const TrainOptions& options) {
  if (options.settings.trainer.early_stopping != 0 && options.settings.validation_split == 0) {
    throw UsageError("--early-stopping needs a validation set: --validation-split is 0");
  }
  if (options.reproducible && !options.device.is_cpu()) {
    throw UsageError("--reproducible takes the cpu: --device is '{}'", options.device.str());
  }
}

}  // namespace

bool reproducible_by_default() {
  const char* value = std::getenv("MNIST_REPRODUCIBLE");
  return value && std::string_view(value) == "1";
}

std::optional<TrainOptions> parse_train_options(int argc, const char* const* argv) {
  const Table table = train_table();
  const std::optional<Words> words =
      parse_words({"train", "Trains the network, reports on the test set, saves the model."},
                  table.syntax(), argc, argv);
  if (!words) return std::nullopt;

  // Of an option given twice the last counts, and the command line comes last.
  Texts texts = words->options;
  std::optional<RunRecord> repeated;
  std::string from;
  for (const auto& [name, text] : words->options) {
    if (name == "from") from = text;
  }
  if (!from.empty()) {
    repeated = read_run_record(from);
    const Texts recorded = texts_of(*repeated, from, table);
    texts.insert(texts.begin(), recorded.begin(), recorded.end());
  }
  TrainOptions options{.recipe = recipe_among(texts, table), .repeated = repeated};
  for (const auto& [name, text] : texts) table.find(name)->set(options, text);
  Settings& settings = options.settings;
  settings.trainer.augmentation =
      augmentation_options(settings.augment, static_cast<std::uint64_t>(options.seed));
  check(options);
  return options;
}

RunRecord record_of(const TrainOptions& options, const DataFacts& data) {
  return {.command = "train",
          .options = train_table().record(options),
          .machine = this_machine(options.threads),
          .data = data};
}

}  // namespace mnist
