#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace mnist {

/// What one file of the dataset must hold, in the IDX format (two zero bytes, the element type, the
/// number of dimensions, each dimension as a big-endian 32-bit count, then the elements). The
/// format is described with the original data at http://yann.lecun.com/exdb/mnist.
struct IdxFile {
  enum class Kind : std::uint8_t { kImages, kLabels };
  const char* name;    ///< usual file name
  Kind kind;           ///< images: N×28×28 bytes; labels: N bytes in 0..9
  std::int64_t count;  ///< N
  const char* digest;  ///< SHA-256 of MNIST's own file
};

/// A file that was read.
struct DataFile {
  std::string name;    ///< such as "train-images-idx3-ubyte"
  std::string sha256;  ///< 64 hexadecimal digits
  bool is_mnist;       ///< whether the digest is that of MNIST's own file
};

/// Reads `folder / file.name` and checks it: a regular file of exactly the right size, the header
/// as described above, every label in 0..9. Nothing is allocated before the size is known to be
/// right. Returns the file's SHA-256. Throws `Error` with what was expected and what was found.
std::string check_idx_file(const std::filesystem::path& folder, const IdxFile& file);

}  // namespace mnist
