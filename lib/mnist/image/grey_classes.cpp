#include "mnist/image/grey_classes.hpp"

#include <numeric>

namespace mnist {

GreyClasses divide_greys(std::span<const float> greys, std::span<const double> counts) {
  const double count = std::accumulate(counts.begin(), counts.end(), 0.0);
  const double sum = std::inner_product(counts.begin(), counts.end(), greys.begin(), 0.0);
  double best = 0;
  double dark_count = 0;
  double dark_sum = 0;
  GreyClasses classes;
  for (std::size_t i = 0; i < greys.size(); ++i) {
    dark_count += counts[i];
    dark_sum += counts[i] * greys[i];
    const double light_count = count - dark_count;
    if (dark_count == 0 || light_count == 0) continue;
    const double dark = dark_sum / dark_count;
    const double light = (sum - dark_sum) / light_count;
    const double between =
        dark_count * light_count * (light - dark) * (light - dark) / (count * count);
    if (between <= best) continue;
    best = between;
    classes = {i + 1, dark_count, dark, light};
  }
  return classes;
}

}  // namespace mnist
