#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mnist/data/data_facts.hpp"

// What the forms of data have in common: what is asked of them, and what they give.
namespace mnist {

/// What is asked of a data set.
struct DataRequest {
  bool with_training = true;              ///< not the test set alone
  std::vector<std::string> classes = {};  ///< the names to use, one a class; empty for the data's
  /// Of the model that the data is for; no names and 0 where it is yet to be trained.
  std::vector<std::string> model_classes = {};
  int model_side = 0;
  int threads = 1;  ///< that pictures are read on
};

/// Images and their labels as bytes.
struct ImageBytes {
  int side = 0;
  std::string pixels = {};       ///< N · side · side, row-major, 255 is ink
  std::string labels = {};       ///< N
  std::string images_name = {};  ///< where they come from, as messages call it
  std::string labels_name = {};
  bool in_libtorchs_files = false;  ///< LibTorch's own MNIST class may read the files

  std::size_t size() const { return labels.size(); }
};

/// Data as a form of data finds it.
struct RawData {
  ImageBytes train = {}, test = {};       ///< of size 0 where they were not asked for
  std::filesystem::path folder = {};      ///< that the files are in
  std::vector<std::string> classes = {};  ///< empty where the form does not name them
  std::string prefix = {};                ///< of the files' names: "emnist-digits-"
  /// SHA-256 of the four files as they are where they are packed, in the order of `kFileNames`.
  std::array<std::string, 4> packed_sha256 = {};
  bool pictures_as_they_are = false;  ///< as in `DataFacts`
  bool as_in_the_files = true;        ///< images and labels have not been changed
  std::vector<std::string> notes = {};
};

/// Throws `Error`, naming the file, unless the pixels are of squares of a size that is allowed.
void check_square(const std::string& name, std::uint64_t height, std::uint64_t width);

}  // namespace mnist
