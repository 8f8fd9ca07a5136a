#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// The names that the four files of a data set have on record, whatever they are called on disk:
/// training images and labels, test images and labels.
inline constexpr std::array<const char*, 4> kFileNames = {
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"};

/// A data set that is known by its files.
struct KnownSet {
  std::string name;
  std::vector<std::string> classes;
  /// SHA-256 of the four files, in the order of `kFileNames`. Of those as IDX files where they
  /// could be computed from real ones, else as they are published: of the gzipped files.
  std::array<std::string_view, 4> digests;
  std::string prefix = {};  ///< of the files' names, by which unpacked ones are known too
  bool transposed = false;  ///< its pictures lie with rows and columns exchanged
};

/// The known data sets: a row each.
std::span<const KnownSet> known_sets();

}  // namespace mnist
