#include <fmt/format.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "checkpoint_files.hpp"
#include "commands.hpp"
#include "console/progress.hpp"
#include "console/summary_table.hpp"
#include "evaluation.hpp"
#include "machine.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/files/atomic_file.hpp"
#include "mnist/files/folder_lock.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/machine/serial_operators.hpp"
#include "mnist/torchscript.hpp"
#include "mnist/weights_digest.hpp"
#include "options/train_options.hpp"
#include "reproducible.hpp"
#include "run/exit_status.hpp"
#include "run/interruption.hpp"
#include "run/process.hpp"
#include "run/run_folder.hpp"
#include "run/run_record.hpp"
#include "training_loop.hpp"

namespace mnist {
void run_train(int argc, const char* const* argv) {
  const std::optional<TrainOptions> options = parse_train_options(argc, argv);
  if (!options) return;
  if (options->reproducible) hold_to_avx2();
  prepare_output(options->output);
  const FolderLock lock(options->output);
  remove_temporary_files(options->output);
  set_threads(options->threads);
  const SerialOperators serial;
  torch::manual_seed(static_cast<std::uint64_t>(options->seed));

  Mnist mnist = load_mnist(options->data);
  note_other_data(mnist);
  Split data = validation_split(mnist.train.to(options->device), options->validation_split);
  fmt::print("{} training images, {} for validation, {} test images\n\n", data.train.size(),
             data.validation.size(), mnist.test.size());

  Cnn model(options->recipe->network);
  model->to(options->device);
  fmt::print("{}\n",
             summary_table("Cnn", summarize(model->layers, data.train.images.slice(0, 0, 1))));
  flush_stdout();  // before the progress on stderr, where one log gets both
  // ε is Keras's; LibTorch's own default is 1e-8.
  FusedAdam optimizer(model->parameters(),
                      torch::optim::AdamOptions()
                          .betas({options->recipe->beta1, options->recipe->beta2})
                          .eps(1e-7));

  nlohmann::ordered_json run = run_json(*options, mnist);
  if (options->repeated) note_differences(*options->repeated, essence(run));
  TrainingState state;
  if (options->resume) state = resume(*options, essence(run), data.train, model, optimizer);
  Progress progress(options->verbosity, options->color, options->trainer.epochs);
  const Profile profile(options->profile);
  catch_interruptions();
  while (!is_finished(state, *options)) {
    fit_epoch(state, model, optimizer, data, options->trainer, progress);
    save_checkpoint(options->output,
                    {run.dump(), state, capture(model, optimizer, options->device)});
    if (interruption() != 0) {
      print_how_to_resume(argc, argv, options->resume);
      throw ExitStatus{128 + interruption()};
    }
  }
  fmt::print("{}", profile.text());
  if (options->early_stopping != 0) set_weights(model, state.best.weights);
  // They are most of the memory, and what follows takes some.
  data = {};
  mnist.train = {};

  model->to(torch::kCPU);
  const torch::jit::Module script = to_torchscript(model);
  Classifier classifier(script, torch::kCPU);
  const Evaluation evaluation = evaluate(classifier, mnist.test);

  run["weights_sha256"] = weights_sha256(script);
  nlohmann::ordered_json metadata = metadata_json(essence(run));
  metadata["metrics"] = to_json(evaluation);
  const std::string bytes = serialize(script, {{"metadata.json", metadata.dump(2) + '\n'}});
  const std::optional<std::string> doubt =
      save_model(options->output / "model.pt", bytes, [&] { verify_torchscript(bytes, model); });
  save_history(options->output, state.history);
  save_evaluation(options->output, evaluation, run);
  print(evaluation, options->color);
  fmt::print("\nSaved in {}: {}, checkpoint.pt, history.csv, metrics.json, predictions.csv\n",
             options->output.string(), doubt ? "model.unproved.pt" : "model.pt");
  fmt::print("weights SHA-256: {}\n", run["weights_sha256"].get<std::string>());
  if (doubt) {
    throw Error("{}: `mnist evaluate --model` shows what it answers, --resume proves it again",
                *doubt);
  }
}

}  // namespace mnist
