#include "mnist/image/prepare_image.hpp"

#include <algorithm>

#include "mnist/image/digits.hpp"
#include "mnist/image/filters.hpp"

namespace mnist {
namespace {

bool is_taken_as_it_is(const GreyImage& picture, const ImageForm& form) {
  return form.pictures_as_they_are && picture.width == form.side && picture.height == form.side;
}

PreparedImage as_it_is(const GreyImage& picture) {
  PreparedImage image{{0, 0, picture.width, picture.height},
                      FloatImage(picture.width, picture.height)};
  std::ranges::transform(picture.pixels, image.pixels.pixels.begin(),
                         [](std::uint8_t value) { return static_cast<float>(value) / 255; });
  return image;
}

PreparedImage scaled(const PreparedDigit& digit, int side) {
  FloatImage pixels(kMnistSide, kMnistSide);
  std::ranges::copy(digit.pixels, pixels.pixels.begin());
  if (side != kMnistSide) {
    pixels = resample(pixels, {0, 0, kMnistSide, kMnistSide}, side, side);
    for (float& value : pixels.pixels) value = std::clamp(value, 0.0F, 1.0F);
  }
  return {digit.box, std::move(pixels), digit.suspicion};
}

}  // namespace

PreparedImage prepare_image(const GreyImage& picture, const ImageForm& form) {
  if (is_taken_as_it_is(picture, form)) return as_it_is(picture);
  return scaled(prepare_digit(picture), form.side);
}

std::vector<PreparedImage> prepare_images(const GreyImage& picture, const ImageForm& form) {
  if (is_taken_as_it_is(picture, form)) return {as_it_is(picture)};
  std::vector<PreparedImage> images;
  for (const PreparedDigit& digit : find_digits(picture))
    images.push_back(scaled(digit, form.side));
  return images;
}

}  // namespace mnist
