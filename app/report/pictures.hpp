#pragma once

#include <torch/types.h>

#include "mnist/augmentation_options.hpp"
#include "mnist/dataset.hpp"
#include "mnist/image/image.hpp"
#include "report/page.hpp"

// Images of a data set as pictures.
namespace mnist {

/// `image`: float32 [side, side], in [0, 1]; what lies beyond is drawn as its end.
GreyImage to_picture(const torch::Tensor& image);

struct SheetOptions {
  int epochs;  ///< a column each, behind one of the images as they are
  int zoom;    ///< each pixel is drawn as zoom x zoom
  int margin;  ///< in pixels, round each image
};

/// The first training image of each of the first ten classes, a row each: as it is, and as the
/// first epochs of a training see it.
GreyImage augmented_sheet(const Dataset& train, const AugmentationOptions& augmentation,
                          const SheetOptions& options);

/// What there is to show of a model's answers on `test`: `run` and `evaluation` outlive it.
Report report_of(const RunRecord& run, const Evaluation& evaluation, const Dataset& test);

}  // namespace mnist
