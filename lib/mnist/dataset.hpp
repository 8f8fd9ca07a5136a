#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>

#include "mnist/data/raw_data.hpp"

namespace mnist {

/// How many images are evaluated at once: what lies between two layers then fits the processor's
/// cache.
inline constexpr std::int64_t kEvaluationBatch = 64;

/// Images and their labels: row i of one belongs to row i of the other.
struct Dataset {
  torch::Tensor images;  ///< float32 [N, 1, side, side], pixels in [0, 1], ink is 1
  torch::Tensor labels;  ///< int64 [N], from 0

  std::int64_t size() const { return labels.size(0); }
  Dataset to(torch::Device device) const { return {images.to(device), labels.to(device)}; }
  /// The rows from `begin` up to `end`, sharing memory with this dataset.
  Dataset rows(std::int64_t begin, std::int64_t end) const {
    return {images.slice(0, begin, end), labels.slice(0, begin, end)};
  }
};

/// What is trained on and what is tested on.
struct Data {
  Dataset train;  ///< MNIST: 60,000 rows; none where the test set alone was asked for
  Dataset test;   ///< MNIST: 10,000 rows
  DataFacts facts;
};

/// Loads MNIST, or other data, in any of the forms that `mnist/data/read_data.hpp` knows. MNIST's
/// own four files, and others like them, are read by LibTorch's class, which takes on trust what
/// has been checked before. Pictures are read on all threads of the pool, whatever `request` says.
/// Throws `Error` naming the file, what was expected and what was found.
Data load_data(const std::filesystem::path& path, DataRequest request = {});

struct Split {
  Dataset train;
  Dataset validation;
};

/// The last part of the rows, unshuffled, becomes the validation set, as Keras's `validation_split`
/// does: training keeps floor(N · (1 − fraction)) rows. `fraction` is in [0, 1); 0 leaves
/// validation empty. Throws `Error` where training, or a validation that was asked for, would get
/// no rows.
Split validation_split(const Dataset& dataset, double fraction);

}  // namespace mnist
