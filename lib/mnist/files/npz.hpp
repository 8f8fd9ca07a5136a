#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

/// An array of numbers as NumPy stores it.
struct NpyArray {
  std::string descr;                ///< byte order, kind and bytes of an element: "|u1", "<f4"
  bool fortran_order;               ///< the first index runs fastest, not the last
  std::vector<std::int64_t> shape;  ///< no size is negative
  std::string bytes;                ///< of all elements, and no others
};

/// What an archive may have. It is checked before anything of that size is allocated.
struct NpzLimits {
  std::uint64_t file_bytes = std::uint64_t{1} << 31;
  std::uint64_t array_bytes = std::uint64_t{1} << 31;  ///< of all arrays, unpacked
};

/// The arrays of a file of `numpy.savez` or `savez_compressed`, by their names. Members that are no
/// arrays (their names do not end in ".npy") are left out. The elements are booleans, integers or
/// floats of 1 to 8 bytes. Throws `Error`, without the file's name, where the file is not there, no
/// zip archive, over the limits, damaged, or has another kind of array, such as Python objects.
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path,
                                         const NpzLimits& limits = {});

/// As `read_npz`, of the bytes of a file.
std::map<std::string, NpyArray> parse_npz(std::string_view bytes, const NpzLimits& limits = {});

}  // namespace mnist
