#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "mnist/idx.hpp"

namespace mnist {

/// How many images are evaluated at once: what lies between two layers then fits the processor's
/// cache.
inline constexpr std::int64_t kEvaluationBatch = 64;

/// Images and their labels: row i of one belongs to row i of the other.
struct Dataset {
  torch::Tensor images;  ///< float32 [N, 1, 28, 28], pixels in [0, 1], ink is 1
  torch::Tensor labels;  ///< int64 [N], in 0..9

  std::int64_t size() const { return labels.size(0); }
  Dataset to(torch::Device device) const { return {images.to(device), labels.to(device)}; }
  /// The rows from `begin` up to `end`, sharing memory with this dataset.
  Dataset rows(std::int64_t begin, std::int64_t end) const {
    return {images.slice(0, begin, end), labels.slice(0, begin, end)};
  }
};

struct Mnist {
  Dataset train;                ///< 60,000 rows
  Dataset test;                 ///< 10,000 rows
  std::vector<DataFile> files;  ///< the four files
};

/// Loads MNIST, or any data of the same form (Fashion-MNIST, KMNIST), from the four uncompressed
/// IDX files in `folder`. Every byte that LibTorch's reader takes on trust is checked first. Throws
/// `Error` naming the file, what was expected and what was found.
Mnist load_mnist(const std::filesystem::path& folder);

/// As `load_mnist`, the 10,000 test images alone: the training files need not be there.
Mnist load_mnist_test(const std::filesystem::path& folder);

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
