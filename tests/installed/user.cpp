/// Trains the network for one step on noise, and reports on it: what a user of the library would
/// do.

#include <torch/optim/adam.h>
#include <torch/utils.h>

#include <cstdio>

#include "mnist/classifier.hpp"
#include "mnist/cnn_torchscript.hpp"
#include "mnist/evaluation.hpp"
#include "mnist/training.hpp"

int main() {
  torch::manual_seed(1);
  const mnist::Dataset noise = {torch::rand({20, 1, 28, 28}), torch::arange(20) % 10};
  mnist::Cnn model;
  torch::optim::Adam optimizer(model->parameters());
  mnist::Training training(model, optimizer, {.batch_size = 20, .epochs = 1});
  while (!training.is_finished()) {
    training.train_epoch(noise);
    training.validate(noise);
  }
  mnist::Classifier classifier(mnist::to_torchscript(model), torch::kCPU);
  std::puts(mnist::evaluate(classifier, noise).report.text().c_str());
}
