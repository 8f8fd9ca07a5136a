#include "options/train_table.hpp"

#include <fmt/ranges.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "options/shared_options.hpp"
#include "options/together_options.hpp"

namespace mnist {
namespace {

using Table = OptionTable<TrainOptions>;

constexpr std::int64_t kMany = 1'000'000;
constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max();

/// The choice among values that have a name.
template <typename Value>
Choice<Value> named(std::initializer_list<Value> values) {
  Choice<Value> choice;
  for (const Value value : values) choice.choices.emplace_back(name_of(value), value);
  return choice;
}

/// The option's default in each recipe.
void show_recipes_defaults(Table::Option& option) {
  std::vector<std::string> defaults;
  for (const Recipe& recipe : recipes()) {
    defaults.push_back(
        fmt::format("{} {}", recipe.name, to_text(option.get(TrainOptions{.recipe = &recipe}))));
  }
  option.with_default(fmt::format("{}", fmt::join(defaults, ", ")));
}

void add_recipe_option(Table& table) {
  Choice<const Recipe*> names;
  std::string help = "the network, and the options that are not given:";
  for (const Recipe& recipe : recipes()) {
    names.choices.emplace_back(recipe.name, &recipe);
    help += fmt::format(" {} ({}),", recipe.name, recipe.summary);
  }
  help.pop_back();
  table.add("recipe", "NAME", help, [](auto& o) -> auto& { return o.recipe; }, names).on_record();
}

/// Adds an option that a recipe has a value for.
struct AddRecipesOption {
  Table& table;

  template <typename Member, typename Rule>
  void operator()(const char* name, const char* argument, const char* help, Member member,
                  const Rule& rule) const {
    show_recipes_defaults(table.add(name, argument, help, member, rule).on_record());
  }
};

void add_training_options(Table& table) {
  const AddRecipesOption add{table};
  add(
      "epochs", "N", "passes over the training set",
      [](auto& o) -> auto& { return o.settings.trainer.epochs; }, Whole{1, kMany});
  add(
      "batch-size", "N", "images per step",
      [](auto& o) -> auto& { return o.settings.trainer.batch_size; }, Whole{1, kMany});
  add(
      "learning-rate", "X", "Adam's learning rate; where --schedule changes it, the highest",
      [](auto& o) -> auto& { return o.settings.learning_rate; }, Real{1e-12, 1e3});
  add(
      "schedule", "NAME",
      "how the learning rate goes: constant, one-cycle (up, then down) or linear (down to zero)",
      [](auto& o) -> auto& { return o.settings.trainer.schedule; },
      named({Schedule::kConstant, Schedule::kOneCycle, Schedule::kLinear}));
  add(
      "label-smoothing", "X",
      "share of each label that the training loss spreads evenly over all classes",
      [](auto& o) -> auto& { return o.settings.trainer.label_smoothing; }, Real{0, 0.9});
  add(
      "temperature", "X",
      "divides the logits in the training loss: above 1, a model is sure despite smoothed labels",
      [](auto& o) -> auto& { return o.settings.trainer.temperature; }, Real{0.01, 100});
  add(
      "average", "X",
      "decay of the weights' moving average, which is validated and saved; 0: the last weights are",
      [](auto& o) -> auto& { return o.settings.trainer.average; }, Real{0, 0.999999});
  add(
      "augment", "NAME",
      "how images change from epoch to epoch: none, affine (turned, scaled, sheared, moved) or "
      "elastic (bent too)",
      [](auto& o) -> auto& { return o.settings.augment; },
      named({Augmentation::kNone, Augmentation::kAffine, Augmentation::kElastic}));
  add(
      "validation-split", "X",
      "share of the training set, its last images, that is held out for validation",
      [](auto& o) -> auto& { return o.settings.validation_split; }, Real{0, 0.99});
}

void add_network_and_optimizer_options(Table& table) {
  const AddRecipesOption add{table};
  add(
      "beta1", "X", "Adam's decay of the gradients' average",
      [](auto& o) -> auto& { return o.settings.beta1; }, Real{0, 0.999999});
  add(
      "beta2", "X", "Adam's decay of the squared gradients' average",
      [](auto& o) -> auto& { return o.settings.beta2; }, Real{0, 0.999999});
  add(
      "dropout", "X", "share of the last layer's inputs that each training step leaves out",
      [](auto& o) -> auto& { return o.settings.network.dropout; }, Real{0, 0.99});
}

void add_console_options(Table& table) {
  table
      .add(
          "profile", "WHAT", "show where the time went: by phases, or by operations too",
          [](auto& o) -> auto& { return o.profile; },
          Choice<ProfileDetail>{{{"off", ProfileDetail::kOff},
                                 {"phases", ProfileDetail::kPhases},
                                 {"operations", ProfileDetail::kOperations}}})
      .alone_means("phases");
  table.add(
      "verbose", "0|1|2", "0: silent, 1: a bar on a terminal, 2: one line per epoch",
      [](auto& o) -> auto& { return o.verbosity; },
      Choice<Verbosity>{
          {{"0", Verbosity::kSilent}, {"1", Verbosity::kBar}, {"2", Verbosity::kLine}}});
  add_digits_option(table);
  add_color_option(table);
}

void add_run_options(Table& table) {
  add_data_option(table);
  add_classes_option(table);
  table.add(
      "output", "DIR", "folder that receives the results",
      [](auto& o) -> auto& { return o.output; }, Path());
  table.add(
      "onnx", "", "save the model as ONNX too, model.onnx", [](auto& o) -> auto& { return o.onnx; },
      Switch());
  table.add(
      "tensorboard", "", "write event files for TensorBoard too, in tensorboard/",
      [](auto& o) -> auto& { return o.tensorboard; }, Switch());
  table.add(
      "show-augmented", "FILE",
      "draw a PNG of some training images as the network will see them, and train nothing",
      [](auto& o) -> auto& { return o.show_augmented; }, Path());
  table.add(
      "from", "FILE",
      "repeat the run on record in a metrics.json, metadata.json or model: take its options where "
      "none are given here",
      [](auto& o) -> auto& { return o.from; }, Path());
  table.add(
      "resume", "",
      "go on with the run in the output folder, given the same options; epochs, learning-rate and "
      "schedule may change",
      [](auto& o) -> auto& { return o.resume; }, Switch());
  table.add(
      "overwrite", "",
      fmt::format("replace a finished run in the output folder, as is always done in {}",
                  kLatestRun),
      [](auto& o) -> auto& { return o.overwrite; }, Switch());
  table
      .add(
          "init", "FILE",
          "begin with the weights of a state_dict, .npz, .safetensors or model with the network's "
          "layers, or of the run in a folder",
          [](auto& o) -> auto& { return o.init; }, Path())
      .on_record();
}

}  // namespace

OptionTable<TrainOptions> train_table() {
  Table table;
  add_run_options(table);
  add_recipe_option(table);
  add_training_options(table);
  add_network_and_optimizer_options(table);
  table
      .add(
          "early-stopping", "N",
          "stop after N epochs without a lower validation loss, and take the best weights; 0: "
          "never",
          [](auto& o) -> auto& { return o.settings.trainer.early_stopping; }, Whole{0, kMany})
      .on_record();
  table
      .add(
          "seed", "N",
          "seed of the initial weights, the shuffling, the dropout and the augmentation",
          [](auto& o) -> auto& { return o.seed; }, Whole{0, kMostSeed})
      .on_record();
  add_threads_option(table).on_record();
  add_device_option(table).on_record();
  add_together_options(table);
  table
      .add(
          "reproducible", "",
          "the same weights on any number of cores of any x86-64 processor with AVX2, somewhat "
          "slower where there is AVX-512; $MNIST_REPRODUCIBLE=1 asks for it too",
          [](auto& o) -> auto& { return o.reproducible; }, Switch())
      .on_record();
  add_console_options(table);
  return table;
}

}  // namespace mnist
