#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pictures.hpp"

namespace mnist {

/// A picture file of one of the kinds that people meet.
struct KindPicture {
  RgbImage image;
  GreyImage alpha;    ///< without pixels: opaque
  bool jpeg = false;  ///< whether it is better saved as a JPEG

  /// PNG, or JPEG of quality 85.
  Bytes encoded() const;
};

/// The names of the kinds: "desk60", "grid150", …
std::span<const std::string_view> kind_names();

/// A picture of that kind; sizes, greys, angles and places vary. Throws `std::runtime_error` if
/// there is no such kind.
KindPicture draw_kind(std::string_view kind, const MnistDigit& digit, Random& random);

}  // namespace mnist
