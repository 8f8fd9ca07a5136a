#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace mnist {

/// A picture of one value a pixel, row-major: pixel (x, y) is x from the left and y from the top.
template <typename Value>
struct Image {
  int width = 0;
  int height = 0;
  std::vector<Value> pixels;  ///< width · height values

  Image() = default;
  Image(int image_width, int image_height, Value fill = {})
      : width(image_width),
        height(image_height),
        pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), fill) {}

  Value* row(int y) { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
  const Value* row(int y) const { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
  Value& at(int x, int y) { return row(y)[x]; }
  const Value& at(int x, int y) const { return row(y)[x]; }

  friend bool operator==(const Image&, const Image&) = default;
};

using GreyImage = Image<std::uint8_t>;  ///< luma: 0 is black, 255 is white
using FloatImage = Image<float>;

/// A rectangle of pixels: from (left, top) up to, and without, (right, bottom).
struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  int longest_side() const { return width() > height() ? width() : height(); }

  friend bool operator==(const Box&, const Box&) = default;
};

/// The smallest box with all pixels whose value `is_inside`. Where there are none, its width and
/// height are not positive.
template <typename Value, typename Predicate>
Box box_around(const Image<Value>& image, Predicate is_inside) {
  Box box{image.width, image.height, 0, 0};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (!is_inside(image.at(x, y))) continue;
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1),
             std::max(box.bottom, y + 1)};
    }
  }
  return box;
}

}  // namespace mnist
