#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mnist {

inline constexpr int kLeastSide = 8, kMostSide = 64;  ///< pixels of an image's sides
inline constexpr std::size_t kLeastClasses = 2, kMostClasses = 62;

/// One of the four files that MNIST's form has, whatever form the data was read from.
struct DataFile {
  std::string name;    ///< such as "train-images-idx3-ubyte"
  std::string sha256;  ///< of the IDX file, unpacked: 64 hexadecimal digits

  bool operator==(const DataFile&) const = default;
};

/// "0", "1", … as many as asked for.
std::vector<std::string> numbers_from(std::size_t first, std::size_t count);

/// What is known of a data set besides its images and labels.
struct DataFacts {
  std::string name = {};  ///< "Fashion-MNIST"; empty for an unknown set
  int side = 28;          ///< in pixels
  std::vector<std::string> classes = numbers_from(0, 10);  ///< name i is that of label i
  /// Whether a picture that has the images' size is one of them as it is; else it may be a negative
  /// of MNIST's form, or a digit that does not lie as MNIST's do.
  bool pictures_as_they_are = false;
  std::vector<DataFile> files = {};
  std::vector<std::string> notes = {};  ///< what is unusual, a line each
};

}  // namespace mnist
