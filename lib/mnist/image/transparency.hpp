#pragma once

#include "mnist/image/image.hpp"

namespace mnist {

/// The picture on an opaque canvas, given the grey of each pixel and how opaque it is (255:
/// entirely); both of one size. Strokes on a transparent canvas come out on the one of black and
/// white that they stand out from more. Where what is opaque is itself a picture, such as a
/// photograph with rounded corners, it is continued in the grey of its rim.
GreyImage over_canvas(GreyImage grey, const GreyImage& alpha);

}  // namespace mnist
