#include "image_files.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
#include <png.h>

namespace mnist {
namespace {

Bytes write_png(const void* pixels, int width, int height, png_uint_32 format) {
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(width);
  header.height = static_cast<png_uint_32>(height);
  header.format = format;
  header.flags = PNG_IMAGE_FLAG_FAST;  // most of the time goes on making them small
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  Bytes bytes(size);
  if (!png_image_write_to_memory(&header, bytes.data(), &size, 0, pixels, 0, nullptr)) {
    throw std::runtime_error(header.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Bytes encode_png(const GreyImage& image) {
  return write_png(image.pixels.data(), image.width, image.height, PNG_FORMAT_GRAY);
}

Bytes encode_png(const RgbImage& image) {
  return write_png(image.pixels.data(), image.width, image.height, PNG_FORMAT_RGB);
}

Bytes encode_png(const RawPng& raw) {
  // Without handlers of its own, libpng ends the program at an error.
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  Bytes bytes;
  const auto write = [](png_structp writer, png_bytep data, std::size_t size) {
    const auto* start = reinterpret_cast<const std::byte*>(data);
    auto& all = *static_cast<Bytes*>(png_get_io_ptr(writer));
    all.insert(all.end(), start, start + size);
  };
  png_set_write_fn(png, &bytes, write, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(raw.width), static_cast<png_uint_32>(raw.height),
               raw.bit_depth, raw.color_type,
               raw.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> palette;
  for (const Rgb& colour : raw.palette) palette.push_back({colour[0], colour[1], colour[2]});
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  if (!raw.palette_alpha.empty()) {
    png_set_tRNS(png, info, raw.palette_alpha.data(), static_cast<int>(raw.palette_alpha.size()),
                 nullptr);
  }
  if (!raw.transparent.empty()) {
    png_color_16 colour{};
    colour.gray = colour.red = raw.transparent.front();
    colour.green = raw.transparent[raw.transparent.size() / 2];
    colour.blue = raw.transparent.back();
    png_set_tRNS(png, info, nullptr, 0, &colour);
  }
  Bytes exif = raw.exif;
  if (!exif.empty()) {
    png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()),
                   reinterpret_cast<png_bytep>(exif.data()));
  }
  std::vector<png_bytep> rows;
  const std::size_t row_size = raw.samples.size() / static_cast<std::size_t>(raw.height);
  for (int y = 0; y < raw.height; ++y) {
    rows.push_back(const_cast<png_bytep>(raw.samples.data()) + row_size * static_cast<size_t>(y));
  }
  png_set_rows(png, info, rows.data());
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

namespace {

struct JpegSource {
  int width;
  int height;
  int components;
  const std::uint8_t* samples;
};

void set_form(jpeg_compress_struct& jpeg, const JpegSource& source, const JpegOptions& options) {
  jpeg.image_width = static_cast<JDIMENSION>(source.width);
  jpeg.image_height = static_cast<JDIMENSION>(source.height);
  jpeg.input_components = source.components;
  jpeg.in_color_space = source.components == 1   ? JCS_GRAYSCALE
                        : source.components == 3 ? JCS_RGB
                                                 : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  if (options.stored != 0) {
    jpeg_set_colorspace(&jpeg, static_cast<J_COLOR_SPACE>(options.stored));
  }
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  if (options.progressive) jpeg_simple_progression(&jpeg);
}

void write_exif(jpeg_compress_struct& jpeg, const Bytes& exif) {
  if (exif.empty()) return;
  std::string marker("Exif\0\0", 6);
  marker.append(reinterpret_cast<const char*>(exif.data()), exif.size());
  jpeg_write_marker(&jpeg, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(marker.data()),
                    static_cast<unsigned>(marker.size()));
}

Bytes write_jpeg(const JpegSource& source, const JpegOptions& options) {
  jpeg_error_mgr errors{};  // as it comes, it ends the program at an error
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  set_form(jpeg, source, options);
  jpeg_start_compress(&jpeg, TRUE);
  write_exif(jpeg, options.exif);
  for (int y = 0; y < source.height; ++y) {
    auto* row =
        const_cast<JSAMPLE*>(source.samples) + std::ptrdiff_t{y} * source.width * source.components;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const auto* start = reinterpret_cast<const std::byte*>(buffer);
  Bytes bytes(start, start + size);
  std::free(buffer);
  return bytes;
}

}  // namespace

Bytes encode_jpeg(const GreyImage& image, const JpegOptions& options) {
  return write_jpeg({image.width, image.height, 1, image.pixels.data()}, options);
}

Bytes encode_jpeg(const RgbImage& image, const JpegOptions& options) {
  return write_jpeg({image.width, image.height, 3, image.pixels.data()->data()}, options);
}

Bytes encode_jpeg(const Image<std::array<std::uint8_t, 4>>& image, const JpegOptions& options) {
  return write_jpeg({image.width, image.height, 4, image.pixels.data()->data()}, options);
}

Bytes exif_with_orientation(int orientation, bool big_endian) {
  const auto value = static_cast<std::uint8_t>(orientation);
  const std::vector<std::uint8_t> little{'I',  'I', 42, 0, 8, 0, 0, 0, 1,     0,  // one entry:
                                         0x12, 1,   3,  0, 1, 0, 0, 0, value, 0, 0, 0,  // a short
                                         0,    0,   0,  0};
  const std::vector<std::uint8_t> big{'M', 'M', 0, 42, 0, 0, 0,     8, 0, 1, 1, 0x12, 0,
                                      3,   0,   0, 0,  1, 0, value, 0, 0, 0, 0, 0,    0};
  Bytes bytes;
  for (const std::uint8_t byte : big_endian ? big : little) bytes.push_back(std::byte{byte});
  return bytes;
}

void write_bytes(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace mnist
