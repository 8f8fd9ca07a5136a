#pragma once

#include <filesystem>

#include "mnist/cnn.hpp"

namespace mnist {

/// Sets the weights of a network that is on the CPU to those in `path`: the folder of a run, whose
/// newest checkpoint counts, or a file as `read_weights` takes it, whatever its layers are called
/// (`take_weights`). Throws `Error`, naming the path, where they are not those of such a
/// network.
void set_initial_weights(Cnn& model, const std::filesystem::path& path);

}  // namespace mnist
