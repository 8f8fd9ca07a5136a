#pragma once

#include <torch/types.h>

#include "mnist/cnn.hpp"
#include "mnist/distributed/process_group.hpp"

namespace mnist {

/// Takes the means and variances of the model's batch normalizations anew, over `images`, [N, 1, S,
/// S] on the model's device: those that a training leaves are of its own weights on images that
/// were bent, while an average of the weights is used on images as they are (Izmailov et al. 2018,
/// "Averaging weights leads to wider optima", section 3.2). At most the first 10,000 images are
/// taken, in batches; each counts by its images. The model is left in evaluation mode. The
/// processes of `group` share the work, as in `train`.
void take_batch_norm_statistics(Cnn& model, const torch::Tensor& images,
                                ProcessGroup& group = alone());

}  // namespace mnist
