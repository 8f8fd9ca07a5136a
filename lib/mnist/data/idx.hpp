#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

enum class IdxKind : std::uint8_t { kImages, kLabels };

/// An IDX file of unsigned bytes: two zero bytes, the element type, the number of dimensions, each
/// dimension as a big-endian 32-bit count, then the elements. The format is described with the
/// original data at http://yann.lecun.com/exdb/mnist.
struct IdxFile {
  std::vector<std::uint32_t> sizes;  ///< images: N, height, width; labels: N
  std::string elements;              ///< as many bytes as the sizes say
  std::string packed_sha256;         ///< of the file as it is where it is gzipped, else empty
};

/// Reads such a file, gzipped or not: a regular file of exactly the size that its header says,
/// images of a size that is allowed. Nothing is allocated before the size is known to be right.
/// Throws `Error` with what was expected and what was found.
IdxFile read_idx(const std::filesystem::path& path, IdxKind kind);

/// The bytes before the elements in a file of these sizes.
std::string idx_header(const std::vector<std::uint32_t>& sizes);

}  // namespace mnist
