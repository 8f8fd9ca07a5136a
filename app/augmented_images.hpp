#pragma once

#include "options/train_options.hpp"

namespace mnist {

/// Draws some training images as the PNG file that the options name, one of each of the first
/// classes a row: first as they are, then as the first epochs of a run with these options take
/// them.
void draw_augmented(const TrainOptions& options);

}  // namespace mnist
