#include <fmt/format.h>
#include <torch/nn/functional/activation.h>
#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <chrono>
#include <cstdio>
#include <limits>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "evaluation.hpp"
#include "machine.hpp"
#include "mnist/atomic_file.hpp"
#include "mnist/torchscript.hpp"
#include "progress.hpp"
#include "results.hpp"
#include "runtime.hpp"
#include "summary_table.hpp"

namespace mnist {
namespace {

struct TrainOptions {
  std::filesystem::path data;
  std::filesystem::path output;
  std::int64_t epochs;
  std::int64_t batch_size;
  double learning_rate;
  double validation_split;  ///< the last part of the training set, in [0, 1)
  std::int64_t seed;        ///< of the weights, the shuffling and the dropout
  int threads;
  torch::Device device;
  Verbosity verbosity;
  Color color;
};

std::optional<TrainOptions> parse_train_options(int argc, const char* const* argv) {
  cxxopts::Options options("mnist train",
                           "Trains the network, reports on the test set, saves the model.");
  const auto text = [](const char* value) {
    return cxxopts::value<std::string>()->default_value(value);
  };
  add_data_option(options);
  options.add_options()                                                                         //
      ("output", "folder that receives the results", text("runs/latest"), "DIR")                //
      ("epochs", "passes over the training set", text("10"), "N")                               //
      ("batch-size", "images a step", text("32"), "N")                                          //
      ("learning-rate", "Adam's step size", text("0.001"), "X")                                 //
      ("validation-split", "last part of the training set that is held out", text("0.1"), "X")  //
      ("seed", "of the weights, the shuffling and the dropout", text("1"), "N")                 //
      ("verbose", "0 silent, 1 a bar on a terminal, 2 one line an epoch", text("1"), "0|1|2");
  add_machine_options(options);
  add_color_option(options);
  const auto arguments = parse(options, argc, argv);
  if (!arguments) return std::nullopt;
  return TrainOptions{
      .data = data_option(*arguments),
      .output = path_option(*arguments, "output"),
      .epochs = integer_option(*arguments, "epochs", 1, 1'000'000),
      .batch_size = integer_option(*arguments, "batch-size", 1, 1'000'000),
      .learning_rate = real_option(*arguments, "learning-rate", 1e-12, 1e3),
      .validation_split = real_option(*arguments, "validation-split", 0, 0.99),
      .seed = integer_option(*arguments, "seed", 0, std::numeric_limits<std::int64_t>::max()),
      .threads = threads_option(*arguments),
      .device = device_option(*arguments),
      .verbosity = static_cast<Verbosity>(integer_option(*arguments, "verbose", 0, 2)),
      .color = color_option(*arguments),
  };
}

/// What is needed to run it again.
nlohmann::ordered_json run_json(const TrainOptions& options, const Mnist& mnist) {
  return {{"command", "train"},
          {"options",
           {{"epochs", options.epochs},
            {"batch_size", options.batch_size},
            {"learning_rate", options.learning_rate},
            {"validation_split", options.validation_split},
            {"seed", options.seed},
            {"threads", options.threads},
            {"device", options.device.str()}}},
          {"machine", machine_json(options.threads)},
          {"data", data_json(mnist)}};
}

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

/// One row of the history, and its time.
EpochRecord fit_epoch(std::int64_t epoch, Cnn& model, torch::optim::Optimizer& optimizer,
                      const Split& data, std::int64_t batch_size, const OnStep& on_step) {
  const auto start = std::chrono::steady_clock::now();
  const Score train = train_epoch(model, optimizer, data.train, batch_size, on_step);
  const Score validation = evaluate(model, data.validation);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return {epoch, train, validation, elapsed.count()};
}

}  // namespace

void run_train(int argc, const char* const* argv) {
  const std::optional<TrainOptions> options = parse_train_options(argc, argv);
  if (!options) return;
  prepare_output(options->output);
  set_threads(options->threads);
  torch::manual_seed(static_cast<std::uint64_t>(options->seed));

  const Mnist mnist = load_mnist(options->data);
  note_other_data(mnist);
  const Split data = validation_split(mnist.train.to(options->device), options->validation_split);
  fmt::print("{} training images, {} for validation, {} test images\n\n", data.train.size(),
             data.validation.size(), mnist.test.size());

  Cnn model;
  model->to(options->device);
  fmt::print("{}\n",
             summary_table("Cnn", summarize(model->layers, data.train.images.slice(0, 0, 1))));
  std::fflush(stdout);  // before the progress on stderr, where one log gets both
  // ε is Keras's; LibTorch's own default is 1e-8.
  torch::optim::Adam optimizer(model->parameters(),
                               torch::optim::AdamOptions(options->learning_rate).eps(1e-7));

  Progress progress(options->verbosity, options->color, options->epochs);
  std::vector<EpochRecord> history;
  for (std::int64_t epoch = 1; epoch <= options->epochs; ++epoch) {
    progress.begin_epoch(epoch);
    history.push_back(fit_epoch(epoch, model, optimizer, data, options->batch_size,
                                [&](const Step& step) { progress.step(step); }));
    progress.end_epoch(history.back());
  }

  model->to(torch::kCPU);
  const Forward forward = with_softmax(model);
  const torch::jit::Module script =
      trace(*model, forward, {{"images", torch::zeros({1, 1, 28, 28})}});
  Classifier classifier(script, torch::kCPU);
  const Evaluation evaluation = evaluate(classifier, mnist.test);

  const nlohmann::ordered_json run = run_json(*options, mnist);
  save_model(options->output, model, forward, script, metadata_text(evaluation, run));
  save_history(options->output, history);
  save_evaluation(options->output, evaluation, run);
  print(evaluation, options->color);
  fmt::print("\nSaved in {}: model.pt, history.csv, metrics.json, predictions.csv\n",
             options->output.string());
}

}  // namespace mnist
