#pragma once

#include "mnist/image/sheet.hpp"

namespace mnist {

/// Gives a picture that is cut to the box of its digit a margin of what the digit is on, so that
/// there is more of that than of ink. As it was if it is none (`divide_edges`). The box of what
/// comes back reaches beyond the picture by the margin.
Sheet open_tight_crop(Sheet sheet);

}  // namespace mnist
