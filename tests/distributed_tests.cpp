#include <torch/torch.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <semaphore>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "mnist/distributed/gradient_exchange.hpp"
#include "mnist/distributed/process_group.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/kernels/shards.hpp"
#include "mnist/trainer.hpp"
#include "mnist/weights.hpp"
#include "threads_as_processes.hpp"

using namespace mnist;

namespace {

/// The balanced binary tree over neighbours; an odd one waits for the next level.
float tree(std::vector<float> parts) {
  while (parts.size() > 1) {
    std::vector<float> pairs;
    for (std::size_t i = 0; i < parts.size(); i += 2) {
      pairs.push_back(i + 1 < parts.size() ? parts[i] + parts[i + 1] : parts[i]);
    }
    parts = pairs;
  }
  return parts[0];
}

Dataset noisy_images(std::int64_t count) {
  torch::manual_seed(5);
  return {torch::rand({count, 1, 28, 28}), torch::arange(count) % 10};
}

struct Trained {
  NamedTensors weights;
  Totals totals;
  LossAndAccuracy validated;
};

/// An epoch, without dropout: its keys come from a generator that threads share.
Trained train_alike(const CnnOptions& network, const Dataset& data, std::int64_t batch_size,
                    const NamedTensors& start, ProcessGroup& group) {
  Cnn model(network);
  set_weights(*model, start);
  FusedAdam optimizer(model->parameters(), torch::optim::AdamOptions(1e-2));
  Epoch epoch;
  epoch.order = torch::arange(data.size()).flip(0);
  train(model, optimizer, data, {.batch_size = batch_size}, epoch, {}, group);
  return {weights_of(*model), epoch.totals, loss_and_accuracy(model, data, group)};
}

bool same_weights(const NamedTensors& a, const NamedTensors& b) {
  return std::ranges::all_of(
      a, [&](const auto& item) { return torch::equal(item.second, b.at(item.first)); });
}

}  // namespace

TEST_CASE("1, 2, 4 and 8 processes cut a batch where one does", "[distributed][shards]") {
  for (std::int64_t rows = 1; rows <= 40; ++rows) {
    const Shards whole(rows);
    for (const int size : {1, 2, 4, 8}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Shards part(rows, rank, size);
        REQUIRE(part.count > 0);
        CHECK(part.begin(part.count) == part.rows);
        const bool counts = rank < part.contributors;
        if (counts) CHECK(part.first == next);
        for (std::int64_t i = 0; i <= part.count; ++i) {
          CHECK(part.first_row + part.begin(i) == whole.begin(part.first + i));
        }
        if (counts) next += part.count;
      }
      CHECK(next == whole.count);
    }
  }
}

TEST_CASE("another number of processes shares out all rows too", "[distributed][shards]") {
  for (const int size : {3, 5, 6, 7, 9, 16, 100}) {
    for (const std::int64_t rows : {1, 2, 8, 9, 31, 32, 200}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Shards part(rows, rank, size);
        CHECK((part.count >= 1 && part.count <= Shards::kMost));
        if (rank >= part.contributors) continue;
        CHECK(part.first_row == next);
        next += part.rows;
      }
      CHECK(next == rows);
    }
  }
}

TEST_CASE("processes add up as a balanced tree, and all get the same bits", "[distributed]") {
  torch::manual_seed(1);
  for (const int size : {1, 2, 3, 4, 5, 7, 8, 9}) {
    const torch::Tensor values = torch::randn({size, 3}) * torch::randn({size, 3}).exp();
    for (int contributors = 1; contributors <= size; ++contributors) {
      std::vector<std::vector<float>> sums(static_cast<std::size_t>(size));
      as_processes(size, [&](ProcessGroup& group) {
        std::vector<float> mine(values.data_ptr<float>() + 3 * group.rank(),
                                values.data_ptr<float>() + 3 * group.rank() + 3);
        group.add_up(std::span(mine), contributors);
        sums[static_cast<std::size_t>(group.rank())] = mine;
      });
      for (const auto& sum : sums) CHECK(sum == sums[0]);
      if (!std::has_single_bit(static_cast<unsigned>(size))) continue;
      for (std::int64_t i = 0; i < 3; ++i) {
        std::vector<float> parts;
        for (int rank = 0; rank < contributors; ++rank) {
          parts.push_back(values[rank][i].item<float>());
        }
        CHECK(sums[0][static_cast<std::size_t>(i)] == tree(parts));
      }
    }
  }
}

TEST_CASE("the sign of a zero is not lost between processes", "[distributed]") {
  std::vector<std::vector<float>> sums(4);
  as_processes(4, [&](ProcessGroup& group) {
    std::vector<float> zeros{group.leads() ? -0.0F : kNothing, group.rank() == 3 ? 0 : kNothing};
    group.add_up(std::span(zeros), 4);
    sums[static_cast<std::size_t>(group.rank())] = zeros;
  });
  for (const auto& zeros : sums) {
    CHECK(std::signbit(zeros[0]));
    CHECK_FALSE(std::signbit(zeros[1]));
  }
}

TEST_CASE("each process hears what all the others say", "[distributed]") {
  for (const int size : {1, 2, 3, 8}) {
    const auto count = static_cast<std::size_t>(size);
    std::vector<std::vector<double>> numbers(count);
    std::vector<std::vector<std::string>> texts(count);
    as_processes(size, [&](ProcessGroup& group) {
      const auto rank = static_cast<std::size_t>(group.rank());
      numbers[rank] = group.gather(group.rank() * 1.5);
      texts[rank] = group.gather(std::string(rank, '\xff'));
    });
    for (std::size_t rank = 0; rank < count; ++rank) {
      REQUIRE((numbers[rank].size() == count && texts[rank].size() == count));
      for (std::size_t i = 0; i < count; ++i) {
        CHECK(numbers[rank][i] == static_cast<double>(i) * 1.5);
        CHECK(texts[rank][i] == std::string(i, '\xff'));
      }
    }
  }
}

TEST_CASE("2, 4 and 8 processes train to the bits of one", "[distributed][trainer]") {
  struct Network {
    CnnOptions options;
    std::int64_t images, batch_size;
  };
  // The last batches have fewer rows than shards, and than processes; the gradients fill one bucket
  // and several.
  const std::vector<Network> networks{
      {{.hidden = 64, .dropout = 0}, 67, 32},
      {{.hidden = 16, .dropout = 0}, 43, 10},
      {{.architecture = Architecture::kResidual, .filters1 = 24, .dropout = 0}, 35, 12}};
  for (const Network& network : networks) {
    const Dataset data = noisy_images(network.images);
    const NamedTensors start = weights_of(*Cnn(network.options));
    const Trained one = train_alike(network.options, data, network.batch_size, start, alone());
    CHECK_FALSE(same_weights(one.weights, start));
    for (const int size : {2, 4, 8}) {
      std::vector<Trained> all(static_cast<std::size_t>(size));
      as_processes(size, [&](ProcessGroup& group) {
        all[static_cast<std::size_t>(group.rank())] =
            train_alike(network.options, data, network.batch_size, start, group);
      });
      for (const Trained& other : all) {
        CHECK(same_weights(other.weights, one.weights));
        CHECK(other.totals.loss == one.totals.loss);
        CHECK(other.totals.correct == one.totals.correct);
        CHECK(other.validated.loss == one.validated.loss);
        CHECK(other.validated.accuracy == one.validated.accuracy);
      }
    }
  }
}

namespace {

/// Tells when it exchanges something.
class ObservedGroup : public ThreadGroup {
 public:
  using ThreadGroup::ThreadGroup;
  std::counting_semaphore<> exchanged{0};

 private:
  void exchange(int peer, int tag, std::span<const std::byte> sent,
                std::span<std::byte> received) override {
    ThreadGroup::exchange(peer, tag, sent, received);
    exchanged.release();
  }
};

}  // namespace

TEST_CASE("gradients are exchanged while the backward pass goes on", "[distributed]") {
  constexpr std::int64_t kManyNumbers = 100'000;
  std::vector<std::vector<bool>> exchanged(2);
  std::vector<torch::Tensor> of_first(2), of_last(2);
  as_processes<ObservedGroup>(2, [&](ObservedGroup& group) {
    const auto rank = static_cast<std::size_t>(group.rank());
    const torch::Tensor first = torch::full({1}, 2.0F).requires_grad_();
    const torch::Tensor last = torch::ones({kManyNumbers}).requires_grad_();
    GradientExchange gradients({first, last}, group);
    for (int step = 0; step < 2; ++step) {
      first.mutable_grad() = last.mutable_grad() = torch::Tensor();
      gradients.begin(2);
      const torch::Tensor between = first * (group.rank() + 1);
      between.register_hook([&](const torch::Tensor&) {  // between the two in the backward pass
        exchanged[rank].push_back(group.exchanged.try_acquire_for(std::chrono::seconds(20)));
      });
      (between * last).sum().backward();
      gradients.finish();
      exchanged[rank].push_back(group.exchanged.try_acquire());
    }
    of_first[rank] = first.grad();
    of_last[rank] = last.grad();
  });
  for (const std::size_t rank : {0, 1}) {
    CHECK(exchanged[rank] == std::vector{true, true, true, true});
    CHECK(of_first[rank].item<float>() == 3.0F * kManyNumbers);
    CHECK(torch::equal(of_last[rank], torch::full({kManyNumbers}, 2.0F + 4.0F)));
  }
}
