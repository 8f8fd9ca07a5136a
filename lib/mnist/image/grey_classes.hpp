#pragma once

#include <cstddef>
#include <span>

namespace mnist {

/// Greys in two classes, the darker ones and the lighter ones.
struct GreyClasses {
  std::size_t dark_greys = 0;  ///< how many of the greys are in the darker class
  double dark_count = 0;       ///< pixels in it
  double dark = 0;             ///< its mean
  double light = 0;            ///< the mean of the rest
};

/// Divides greys, in rising order, by Otsu's threshold (1979): where the variance between the
/// classes is largest. `counts[i]` pixels have the i-th grey. No class has any where all pixels are
/// of one grey.
GreyClasses divide_greys(std::span<const float> greys, std::span<const double> counts);

}  // namespace mnist
