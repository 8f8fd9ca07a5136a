#pragma once

#include <vector>

#include "mnist/image/digits.hpp"
#include "mnist/image/image.hpp"
#include "mnist/image/mnist_form.hpp"

namespace mnist {

/// The images that a network takes, and how a picture becomes one.
struct ImageForm {
  int side = kMnistSide;  ///< in pixels
  /// Whether a picture of that size is taken as it is. Else it is so where it has MNIST's form, be
  /// it as a negative, and prepared otherwise.
  bool pictures_as_they_are = false;
};

struct PreparedImage {
  Box box;            ///< where in the picture it comes from, in pixels
  FloatImage pixels;  ///< side×side values in [0, 1]
  Suspicion suspicion = Suspicion::kNone;
};

/// What a network of that form is shown of a picture: the picture as it is, or its most prominent
/// digit as `prepare_digit` prepares it, scaled to the side. Throws as that does.
PreparedImage prepare_image(const GreyImage& picture, const ImageForm& form);

/// As `prepare_image`, all digits of a picture (`find_digits`). At least one.
std::vector<PreparedImage> prepare_images(const GreyImage& picture, const ImageForm& form);

}  // namespace mnist
