#include <torch/torch.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "mnist/augmentation.hpp"
#include "mnist/batch_norm_statistics.hpp"
#include "mnist/training.hpp"
#include "mnist/weights.hpp"
#include "threads_as_processes.hpp"

using namespace mnist;

namespace {

const CnnOptions kSmallResidual{.architecture = Architecture::kResidual, .filters1 = 8};

torch::nn::BatchNorm2dImpl& first_norm(const Cnn& model) {
  for (const auto& module : model->modules()) {
    if (auto* norm = module->as<torch::nn::BatchNorm2d>()) return *norm;
  }
  throw std::logic_error("no batch normalization");
}

/// What goes into the first batch normalization, [N, C, H, W].
torch::Tensor into_first_norm(Cnn& model, const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  const auto named = model->named_parameters();
  return torch::relu(
      torch::conv2d(images, named["layers.conv1.weight"], named["layers.conv1.bias"]));
}

}  // namespace

TEST_CASE("the statistics are those of the images, however many batches they are",
          "[batch_norm_statistics]") {
  torch::manual_seed(1);
  Cnn model(kSmallResidual);
  const double momentum = *first_norm(model).options.momentum();
  for (const std::int64_t count : {200, 400, 410}) {
    const torch::Tensor images = torch::rand({count, 1, 28, 28});
    take_batch_norm_statistics(model, images);
    const torch::Tensor input = into_first_norm(model, images);
    const auto& norm = first_norm(model);
    CHECK(torch::allclose(norm.running_mean, input.mean({0, 2, 3}), 1e-4, 1e-6));
    // Within a batch, of which each is much like another.
    CHECK(torch::allclose(norm.running_var, input.var({0, 2, 3}), 1e-2));
    CHECK(norm.num_batches_tracked.item<std::int64_t>() == (count + 199) / 200);
    CHECK(*norm.options.momentum() == momentum);
    for (const auto& module : model->modules()) CHECK_FALSE(module->is_training());
  }
}

TEST_CASE("no images leave the statistics alone, and no weight changes with them",
          "[batch_norm_statistics]") {
  torch::manual_seed(2);
  Cnn model(kSmallResidual);
  const NamedTensors before = weights_of(*model);
  take_batch_norm_statistics(model, torch::empty({0, 1, 28, 28}));
  CHECK(weights_sha256(weights_of(*model)) == weights_sha256(before));
  take_batch_norm_statistics(model, torch::rand({20, 1, 28, 28}));
  CHECK(weights_sha256(weights_of(*model)) != weights_sha256(before));
  for (const auto& parameter : model->named_parameters()) {
    CHECK(torch::equal(parameter.value(), before.at(parameter.key())));
  }
  Cnn plain(CnnOptions{.filters1 = 4, .filters2 = 4, .hidden = 8});
  const std::string digest = weights_sha256(weights_of(*plain));
  take_batch_norm_statistics(plain, torch::rand({20, 1, 28, 28}));
  CHECK(weights_sha256(weights_of(*plain)) == digest);
}

TEST_CASE("2, 4 and 8 processes take the statistics of one", "[batch_norm_statistics]") {
  torch::manual_seed(3);
  const NamedTensors start = weights_of(*Cnn(kSmallResidual));
  const torch::Tensor images = torch::rand({203, 1, 28, 28});
  const auto digest_after = [&](ProcessGroup& group) {
    Cnn model(kSmallResidual);
    set_weights(*model, start);
    take_batch_norm_statistics(model, images, group);
    return weights_sha256(weights_of(*model));
  };
  const std::string one = digest_after(alone());
  for (const int size : {2, 4, 8}) {
    std::vector<std::string> digests(static_cast<std::size_t>(size));
    as_processes(size, [&](ProcessGroup& group) {
      digests[static_cast<std::size_t>(group.rank())] = digest_after(group);
    });
    for (const std::string& digest : digests) CHECK(digest == one);
  }
}

TEST_CASE("an average of the weights has the statistics of the training images as they are",
          "[batch_norm_statistics][training]") {
  torch::manual_seed(4);
  const Dataset data{torch::rand({30, 1, 28, 28}), torch::randint(10, {30}, torch::kInt64)};
  Cnn model(kSmallResidual);
  torch::optim::Adam optimizer(model->parameters(), torch::optim::AdamOptions(1e-3));
  Training training(model, optimizer,
                    {.batch_size = 10,
                     .augmentation = augmentation_options(Augmentation::kElastic, 1),
                     .average = 0.5});
  REQUIRE(training.train_epoch(data));
  CHECK(first_norm(model).num_batches_tracked.item<std::int64_t>() == 3);  // the training's own
  training.validate(data.rows(0, 0));
  training.take_final_weights();
  const NamedTensors taken = weights_of(*model);
  take_batch_norm_statistics(model, data.images);
  CHECK(weights_sha256(taken) == weights_sha256(weights_of(*model)));
}
