#pragma once

#include "mnist/image/image.hpp"

namespace mnist {

/// The picture with the same light on both sides of a shadow's edge that runs straight from edge to
/// edge of it: what is darker is multiplied by how much less light there is, at least 0.3 of it,
/// and the edge itself by what is lacking there. As it was if there is no such edge. `picture` has
/// values in [0, 255].
FloatImage even_out_shadows(FloatImage picture);

}  // namespace mnist
