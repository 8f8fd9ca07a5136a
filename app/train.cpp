#include <fmt/format.h>
#include <torch/nn/functional/activation.h>
#include <torch/utils.h>

#include <string>
#include <vector>

#include "checkpoint_files.hpp"
#include "commands.hpp"
#include "evaluation.hpp"
#include "exit_status.hpp"
#include "folder_lock.hpp"
#include "interruption.hpp"
#include "machine.hpp"
#include "mnist/atomic_file.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/kernels/serial_operators.hpp"
#include "mnist/torchscript.hpp"
#include "mnist/weights_digest.hpp"
#include "progress.hpp"
#include "recorded_run.hpp"
#include "reproducible.hpp"
#include "results.hpp"
#include "runtime.hpp"
#include "summary_table.hpp"
#include "train_options.hpp"
#include "training_loop.hpp"

namespace mnist {
namespace {

/// The network with its softmax: what a saved model computes.
Forward with_softmax(Cnn model) {
  return [model](const std::vector<torch::Tensor>& inputs) mutable {
    return torch::softmax(model->forward(inputs.at(0)), 1);
  };
}

/// Writes model.pt, once it is proved to compute what `forward` does.
void save_model(const std::filesystem::path& folder, Cnn& model, const Forward& forward,
                const torch::jit::Module& script, const std::string& metadata) {
  const std::string bytes = serialize(script, {{"metadata.json", metadata}});
  std::vector<std::vector<torch::Tensor>> batches;
  for (const std::int64_t size : {1, 7, 64}) batches.push_back({torch::rand({size, 1, 28, 28})});
  verify(bytes, *model, forward, batches);
  write_file_atomically(folder / "model.pt", bytes);
}

}  // namespace

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
  const Forward forward = with_softmax(model);
  const torch::jit::Module script =
      trace(*model, forward, {{"images", torch::zeros({1, 1, 28, 28})}});
  Classifier classifier(script, torch::kCPU);
  const Evaluation evaluation = evaluate(classifier, mnist.test);

  const std::string digest = weights_sha256(script);
  run["weights_sha256"] = digest;
  save_model(options->output, model, forward, script, metadata_text(evaluation, essence(run)));
  save_history(options->output, state.history);
  save_evaluation(options->output, evaluation, run);
  print(evaluation, options->color);
  fmt::print("\nSaved in {}: model.pt, checkpoint.pt, history.csv, metrics.json, predictions.csv\n",
             options->output.string());
  fmt::print("weights SHA-256: {}\n", digest);
}

}  // namespace mnist
