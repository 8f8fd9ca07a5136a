#pragma once

#include <cstdint>
#include <string_view>

namespace mnist {

/// How images are changed, each time that a training takes them.
enum class Augmentation : std::uint8_t {
  kNone,
  kAffine,   ///< turned, scaled, sheared and moved
  kElastic,  ///< that, and bent, as another hand would have drawn them
};

/// "none", "affine" or "elastic".
std::string_view name_of(Augmentation augmentation);

/// How much an image may change. Each amount is drawn evenly from zero to that, either way, but for
/// the bends, which are normal.
struct AugmentationOptions {
  double rotation = 0;  ///< degrees, at most 30
  double scale = 0;     ///< natural logarithm of the factor, less than 1, across and down apart
  double size = 1;      ///< the factor in the middle of that
  double shear = 0;     ///< how far the top goes sideways, in heights
  double shift = 0;     ///< pixels, across and down apart
  double bend = 0;      ///< standard deviation of the knots of an elastic field, in half sides
  std::uint64_t seed = 1;

  bool changes_nothing() const {
    return rotation == 0 && scale == 0 && size == 1 && shear == 0 && shift == 0 && bend == 0;
  }
};

AugmentationOptions augmentation_options(Augmentation augmentation, std::uint64_t seed);

}  // namespace mnist
