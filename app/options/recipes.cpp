#include "options/recipes.hpp"

#include <algorithm>

namespace mnist {
namespace {

constexpr Recipe kRecipes[] = {
    {.name = "tutorial",
     .summary = "as the Keras tutorial trains it",
     .settings = {.trainer = {.epochs = 10}}},
    {.name = "fast",
     .summary = "99% in seconds: a smaller network, one epoch, a learning rate in one cycle",
     .settings =
         {.network = {.filters1 = 16, .kernel1 = 5, .filters2 = 48, .kernel2 = 5, .dropout = 0},
          .trainer = {.batch_size = 64, .epochs = 1, .schedule = Schedule::kOneCycle},
          .learning_rate = 6e-3,
          .beta1 = 0.7,
          .beta2 = 0.9,
          .validation_split = 0}},
    {.name = "accurate",
     .summary = "a deeper, residual network on bent images, for the fewest errors",
     .settings = {.network = {.architecture = Architecture::kResidual,
                              .filters1 = 48,
                              .kernel1 = 5,
                              .dropout = 0},
                  .trainer = {.batch_size = 128,
                              .epochs = 12,
                              .schedule = Schedule::kLinear,
                              .label_smoothing = 0.1,
                              .temperature = 2,
                              .average = 0.998},
                  .augment = Augmentation::kElastic,
                  .learning_rate = 3e-3,
                  .beta1 = 0.9,
                  .beta2 = 0.99,
                  .validation_split = 0}},
};

}  // namespace

CnnOptions network_for(CnnOptions network, const DataFacts& data) {
  network.image_side = data.side;
  network.classes = std::ssize(data.classes);
  return network;
}

std::span<const Recipe> recipes() { return kRecipes; }

const Recipe* find_recipe(std::string_view name) {
  const auto* found = std::ranges::find(kRecipes, name, &Recipe::name);
  return found == std::end(kRecipes) ? nullptr : found;
}

}  // namespace mnist
