#pragma once

#include <string_view>
#include <vector>

#include "mnist/image/image.hpp"
#include "mnist/image/marks.hpp"
#include "mnist/image/polarity.hpp"

namespace mnist {

/// A picture on its way to the digits on it: what each step made of it, values in [0, 255] but for
/// the ink. All but `ink` and `marks` are of the size that is searched, at most 1024 pixels wide
/// and high; a pixel of them is reduction×reduction of the picture's.
struct Preparation {
  int reduction = 1;
  FloatImage picture;  ///< as it is searched
  FloatImage even;     ///< without the edge of a shadow (`even_out_shadows`)
  Box box;             ///< where in `even` the following are
  FloatImage paper;    ///< without what surrounds the paper (`find_sheet`)
  FloatImage blank;    ///< without what is ruled on it (`remove_lines`), not too tight
  Polarity polarity = Polarity::kDarkOnLight;
  FloatImage ink;  ///< as `flatten_background` has it
  Marks marks;     ///< none where nothing is drawn
};

/// Throws `Error` if the picture has no pixels.
Preparation prepare_picture(const GreyImage& picture);

struct PreparationStep {
  std::string_view name;
  FloatImage pixels;  ///< in [0, 1]
};

/// The steps that a picture goes through, to be shown; of one that already has MNIST's form, itself
/// alone.
std::vector<PreparationStep> preparation_steps(const GreyImage& picture);

}  // namespace mnist
