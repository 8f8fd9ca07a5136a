#pragma once

#include <cstdint>
#include <string_view>

#include "mnist/files/npz.hpp"

namespace mnist {

/// The array that the header of an .npy file describes, without its bytes. `text` is a literal of
/// Python, such as "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }". Throws `Error`
/// where it is another one, or the elements are no numbers.
NpyArray parse_npy_header(std::string_view text);

/// The bytes of the array's elements. Throws `Error` where they are more than `most`.
std::uint64_t byte_size(const NpyArray& array, std::uint64_t most);

}  // namespace mnist
