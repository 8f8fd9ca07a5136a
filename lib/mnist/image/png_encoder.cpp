#include "mnist/image/png_encoder.hpp"

#include <png.h>

#include "mnist/error.hpp"

namespace mnist {

std::string to_png(const GreyImage& image) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&header, bytes.data(), &size, 0, image.pixels.data(), 0,
                                 nullptr)) {
    throw Error("cannot make a PNG of {}x{} pixels: {}", image.width, image.height, header.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace mnist
