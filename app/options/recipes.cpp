#include "options/recipes.hpp"

#include <algorithm>
#include <vector>

#include "options/command_line.hpp"

namespace mnist {
namespace {

constexpr Recipe kRecipes[] = {
    {.name = "tutorial", .summary = "as the Keras tutorial trains it", .network = {}},
    {.name = "fast",
     .summary = "99% in seconds: a smaller network, one epoch, a learning rate in one cycle",
     .network = {.filters1 = 16, .kernel1 = 5, .filters2 = 48, .kernel2 = 5, .dropout = 0},
     .epochs = 1,
     .batch_size = 64,
     .learning_rate = 6e-3,
     .schedule = Schedule::kOneCycle,
     .beta1 = 0.7,
     .beta2 = 0.9,
     .validation_split = 0},
};

}  // namespace

std::span<const Recipe> recipes() { return kRecipes; }

const Recipe& find_recipe(std::string_view name) {
  const auto found = std::ranges::find(kRecipes, name, &Recipe::name);
  if (found != std::end(kRecipes)) return *found;
  std::vector<std::string> names;
  for (const Recipe& recipe : kRecipes) names.emplace_back(recipe.name);
  throw UsageError("no recipe '{}'{}: see mnist train --help", name, suggestion(name, names));
}

}  // namespace mnist
