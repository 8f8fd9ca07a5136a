#include <torch/utils.h>

#include <memory>
#include <optional>
#include <string>

#include "augmented_images.hpp"
#include "commands.hpp"
#include "console/profile.hpp"
#include "console/progress.hpp"
#include "console/report.hpp"
#include "console/summary_table.hpp"
#include "console/terminal.hpp"
#include "mnist/classifier.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/machine/reproducible.hpp"
#include "mnist/machine/threads.hpp"
#include "mnist/torchscript.hpp"
#include "onnx_model.hpp"
#include "options/shared_options.hpp"
#include "options/train_options.hpp"
#include "report/run_report.hpp"
#include "run/alike.hpp"
#include "run/initial_weights.hpp"
#include "run/interruption.hpp"
#include "run/joining.hpp"
#include "run/notes.hpp"
#include "run/results.hpp"
#include "run/run_checkpoints.hpp"
#include "run/run_folder.hpp"

namespace mnist {
namespace {

/// Sets what the process computes with, before its first operator runs, and finds the other
/// processes that it trains with, if there are any.
std::unique_ptr<ProcessGroup> prepare_computation(const TrainOptions& options) {
  if (options.reproducible) hold_to_avx2();
  set_threads(options.threads);
  run_operators_serially();
  torch::manual_seed(static_cast<std::uint64_t>(options.seed));
  return join_others(options.together.membership(options.device), options.together.timeout);
}

/// As it begins, on its device, and the same in all processes.
Cnn make_network(const TrainOptions& options, const DataFacts& data, ProcessGroup& group) {
  Cnn model(network_for(options.settings.network, data));
  if (!options.init.empty()) set_initial_weights(model, options.init);
  check_weights_alike(group, [&] { return weights_sha256(named_values(*model)); });
  model->to(options.device);
  return model;
}

void print_layers(Cnn model, const Dataset& data) {
  const auto layers = summarize(*model->layers, data.rows(0, 1).images);
  print_stdout("{}\n", summary_table("Cnn", layers, use_utf8()));
}

FusedAdam make_optimizer(const Cnn& model, const TrainOptions& options) {
  return FusedAdam(model->parameters(), torch::optim::AdamOptions(options.settings.learning_rate)
                                            .betas({options.settings.beta1, options.settings.beta2})
                                            .eps(1e-7));  // Keras's; LibTorch's own default is 1e-8
}

/// Trains epoch after epoch. What is decided here for all of them, early stopping say, is
/// `Training`'s.
void fit(Training& training, const Split& data, const TrainOptions& options,
         const RunCheckpoints& checkpoints, RunReport& report, const Interruption& interruption) {
  Progress progress(options.verbosity, options.color, options.settings.trainer.epochs);
  const Profile profile(options.profile);
  while (!training.is_finished()) {
    progress.begin_epoch(training.epoch(), options.settings.trainer.steps(data.train.size()));
    const bool trained = training.train_epoch(data.train, [&](const Step& step) {
      progress.step(step);
      report.step(step);
      return !interruption.noted();
    });
    if (trained) progress.end_epoch(training.validate(data.validation));
    checkpoints.save(training);
    report.save();
    if (interruption.noted()) interruption.leave();
  }
  training.take_final_weights();
  print_stdout("{}", profile.text());
}

void save_onnx(const std::filesystem::path& path, const torch::jit::Module& script,
               const RunRecord& record) {
  const Classifier classifier(script, torch::kCPU, {.image_side = record.data.side},
                              metadata_json(record, nullptr));
  write_file_atomically(path, onnx_of_classifier(classifier));
  print_stdout("Saved {}\n", path.string());
}

/// Throws `Error` in the end where the model could not be proved.
void save(const TrainOptions& options, const Training& training, const torch::jit::Module& script,
          const Evaluation& evaluation, const RunRecord& record, RunReport& report) {
  const std::filesystem::path& folder = options.output;
  const std::string bytes =
      serialize(script, {{"metadata.json", metadata_json(record, &evaluation)}});
  const auto doubt =
      save_model(folder / "model.pt", bytes, [&] { verify_torchscript(bytes, training.model()); });
  if (!doubt) remove_unproved_model(folder / "model.pt");
  write_file_atomically(folder / "history.csv", history_csv(training.state().history));
  save_evaluation(folder, evaluation, record);
  report.finish(evaluation);
  print_stdout(
      "\nSaved in {}: {}, checkpoint.pt, history.csv, metrics.json, predictions.csv, report.html\n",
      folder.string(), doubt ? "model.unproved.pt" : "model.pt");
  print_stdout("weights SHA-256: {}\n", record.weights_sha256);
  if (doubt) {
    throw Error("{}: `mnist evaluate --model` shows what it answers, --resume proves it again",
                *doubt);
  }
  // Last, as another's format is nothing to lose a training for.
  if (options.onnx) save_onnx(folder / "model.onnx", script, record);
}

}  // namespace

void run_train(int argc, const char* const* argv) {
  const std::optional<TrainOptions> options = parse_train_options(argc, argv);
  if (!options) return;
  if (!options->show_augmented.empty()) return draw_augmented(*options);
  const auto group = prepare_computation(*options);
  Data all = load_data(find_data(options->data), {.classes = options->classes});
  std::optional<RunFolder> folder;
  if (group->leads()) folder.emplace(options->output, options->earlier_model());
  RunRecord record = record_of(*options, all.facts);
  check_alike(*group, record, {{"resume", options->resume}});
  print_notes(record, options->repeated);
  Split data = validation_split(all.train.to(options->device), options->settings.validation_split);
  print_stdout("{} training images, {} for validation, {} test images\n\n", data.train.size(),
               data.validation.size(), all.test.size());

  Cnn model = make_network(*options, all.facts, *group);
  print_layers(model, data.train);
  FusedAdam optimizer = make_optimizer(model, *options);
  flush_stdout();  // before the progress on stderr, where one log gets both

  Training training(model, optimizer, options->settings.trainer, *group);
  const RunCheckpoints checkpoints(options->output, record, *group);
  if (options->resume) checkpoints.resume(training, data.train.size());
  RunReport report(options->output, record, training, data.train, all.test,
                   {.page = group->leads(), .tensorboard = group->leads() && options->tensorboard});
  fit(training, data, *options, checkpoints, report, Interruption(argc, argv, *group));
  if (!group->leads()) return;
  all.train = {};  // most of the memory, and what follows takes some
  data = {};

  model->to(torch::kCPU);
  const torch::jit::Module script = to_torchscript(model);
  Classifier classifier(script, torch::kCPU, {.image_side = all.facts.side});
  const Evaluation evaluation =
      evaluate(classifier, all.test,
               {.report_digits = options->report_digits, .classes = all.facts.classes});
  print_report(evaluation, options->color);
  record.weights_sha256 = weights_sha256(script);
  save(*options, training, script, evaluation, record, report);
}

}  // namespace mnist
