#pragma once

#include "mnist/image/image.hpp"

namespace mnist {

/// The part of a picture that is drawn on: the paper, or the board.
struct Sheet {
  Box box;            ///< around it, in pixels of the picture
  FloatImage pixels;  ///< the picture in that box; the sheet goes on where something else was
};

/// Finds the sheet: an even part of the picture, with all that it encloses, that has about the form
/// of a quadrilateral and something drawn on it, which is narrow. What lies around it, a desk, a
/// frame, a thumb, is left out. The whole picture if there is no such part, or nothing around it.
/// `picture` has values in [0, 255].
Sheet find_sheet(const FloatImage& picture);

}  // namespace mnist
