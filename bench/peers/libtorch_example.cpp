/// The same program in C++ as pytorch/examples writes it: the built-in dataset, stacked by a data
/// loader, log_softmax and nll_loss, torch::optim::Adam.
///
/// libtorch_example DATA EPOCHS THREADS

#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

struct Net : torch::nn::Module {
  Net() {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("fc1", fc1);
    register_module("fc2", fc2);
    for (const auto& parameter : named_parameters()) {
      if (parameter.value().dim() > 1) {
        torch::nn::init::xavier_uniform_(parameter.value());
      } else {
        torch::nn::init::zeros_(parameter.value());
      }
    }
  }

  torch::Tensor forward(torch::Tensor x) {
    x = torch::relu(torch::max_pool2d(conv1->forward(x), 2));
    x = torch::relu(torch::max_pool2d(conv2->forward(x), 2));
    x = torch::relu(fc1->forward(x.view({-1, 1600})));
    x = torch::dropout(x, /*p=*/0.5, is_training());
    return torch::log_softmax(fc2->forward(x), /*dim=*/1);
  }

  torch::nn::Conv2d conv1{torch::nn::Conv2dOptions(1, 32, 3)};
  torch::nn::Conv2d conv2{torch::nn::Conv2dOptions(32, 64, 3)};
  torch::nn::Linear fc1{1600, 128};
  torch::nn::Linear fc2{128, 10};
};

struct Score {
  double accuracy, loss;
};

template <typename Loader>
Score train(Net& model, torch::optim::Optimizer& optimizer, Loader& loader, std::size_t size) {
  model.train();
  double loss_sum = 0, correct = 0;
  for (const auto& batch : loader) {
    const torch::Tensor images = batch.data, labels = batch.target;
    optimizer.zero_grad();
    const torch::Tensor output = model.forward(images);
    const torch::Tensor loss = torch::nll_loss(output, labels);
    loss.backward();
    optimizer.step();
    loss_sum += loss.item<double>() * static_cast<double>(labels.size(0));
    correct += output.argmax(1).eq(labels).sum().item<double>();
  }
  return {correct / static_cast<double>(size), loss_sum / static_cast<double>(size)};
}

Score evaluate(Net& model, const torch::Tensor& images, const torch::Tensor& labels) {
  const torch::NoGradGuard no_grad;
  model.eval();
  std::vector<torch::Tensor> outputs;
  for (const torch::Tensor& batch : images.split(500)) outputs.push_back(model.forward(batch));
  const torch::Tensor output = torch::cat(outputs);
  return {output.argmax(1).eq(labels).to(torch::kFloat64).mean().item<double>(),
          torch::nll_loss(output, labels).item<double>()};
}

void run(const std::string& data, int epochs, int threads) {
  using torch::data::datasets::MNIST;
  at::set_num_threads(threads);
  torch::manual_seed(1);

  MNIST dataset(data);
  const std::size_t size = dataset.size().value(), kept = size * 9 / 10;
  const torch::Tensor val_images = dataset.images().slice(0, static_cast<std::int64_t>(kept));
  const torch::Tensor val_labels = dataset.targets().slice(0, static_cast<std::int64_t>(kept));
  const auto loader = torch::data::make_data_loader(
      std::move(dataset).map(torch::data::transforms::Stack<>()),
      torch::data::samplers::RandomSampler(static_cast<std::int64_t>(kept)),
      torch::data::DataLoaderOptions().batch_size(32));

  Net model;
  torch::optim::Adam optimizer(model.parameters(), torch::optim::AdamOptions().eps(1e-7));
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const auto start = std::chrono::steady_clock::now();
    const Score training = train(model, optimizer, *loader, kept);
    const Score validation = evaluate(model, val_images, val_labels);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf(
        "epoch %d: %.2fs - accuracy: %.4f - loss: %.4f - val_accuracy: %.4f - val_loss: %.4f\n",
        epoch, took.count(), training.accuracy, training.loss, validation.accuracy,
        validation.loss);
    std::fflush(stdout);
  }
  const MNIST test(data, MNIST::Mode::kTest);
  const Score score = evaluate(model, test.images(), test.targets());
  std::printf("accuracy: %.4f - loss: %.4f\n", score.accuracy, score.loss);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: libtorch_example DATA EPOCHS THREADS\n");
    return 2;
  }
  try {
    run(argv[1], std::stoi(argv[2]), std::stoi(argv[3]));
    return 0;
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "libtorch_example: %s\n", exception.what());
    return 1;
  }
}
