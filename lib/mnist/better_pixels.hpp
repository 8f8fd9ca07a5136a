#pragma once

#include <optional>

#include "mnist/model_forms/input_forms.hpp"

namespace mnist {

class Classifier;
struct Dataset;

struct BetterPixels {
  PixelScale pixels;
  double accuracy;  ///< with these, on the images that were asked about
};

/// For a model that was right about `accuracy` of the test images with pixels from 0 to 1: where
/// that is less than 0.9, the best of `usual_pixel_scales`, if on about a thousand of the images,
/// evenly spread, it is right about at least 0.05 more and about half of them. Throws `Error` as
/// `Classifier::probabilities` does.
std::optional<BetterPixels> find_better_pixels(const Classifier& classifier, const Dataset& test,
                                               double accuracy);

}  // namespace mnist
