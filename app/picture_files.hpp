#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/image.hpp"

namespace mnist {

/// A picture to be read, or why there is none of that name.
struct PictureFile {
  std::string name;  ///< "-" is the standard input
  std::optional<Error> error = {};
};

/// The files that the operands of a command stand for: a folder for the pictures in it, in the
/// order of their names.
std::vector<PictureFile> picture_files(const std::vector<std::string>& names);

/// The picture on the standard input. Throws `Error` as `decode_image` does.
GreyImage read_standard_input();

}  // namespace mnist
