#pragma once

#include <filesystem>

#include "mnist/data/raw_data.hpp"

namespace mnist {

/// Data that is known and checked.
struct CheckedData {
  DataFacts facts;
  ImageBytes train, test;  ///< labels from 0 up to, and without, the number of classes
  std::filesystem::path folder;
};

/// Reads what `path` holds in the first of the forms of data that fits (the table in the source):
/// squares of `kLeastSide` to `kMostSide` pixels, all of one size, of `kLeastClasses` to
/// `kMostClasses` classes, at least `kLeastImages` where there is training, labels from 0, or from
/// 1 where none is 0. What is known by its digests or names gets its name and those of its classes;
/// pictures that lie transposed are turned. Pixels that LibTorch's own class is to read from its
/// files are not kept. Throws `Error` with what was expected and what was found.
CheckedData read_data(const std::filesystem::path& path, const DataRequest& request);

inline constexpr std::size_t kLeastImages = 10;

}  // namespace mnist
