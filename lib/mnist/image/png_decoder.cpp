#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio>
#include <string_view>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/exif.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

/// The grey and the opacity of a row of grey, grey + alpha, RGB or RGBA pixels.
void to_grey(const png_byte* row, int channels, int width, std::uint8_t* grey,
             std::uint8_t* alpha) {
  const bool has_alpha = channels == 2 || channels == 4;
  for (int x = 0; x < width; ++x, row += channels) {
    grey[x] = channels < 3 ? row[0] : luma(row[0], row[1], row[2]);
    if (has_alpha) alpha[x] = row[channels - 1];
  }
}

class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> bytes)
      : rest_(bytes),
        png_(png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning)),
        info_(png_ ? png_create_info_struct(png_) : nullptr) {
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw Error("not enough memory");
    }
    png_set_read_fn(png_, this, on_read);
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  GreyImage read(std::uint64_t most_pixels) {
    guard([this] { read_header(); });
    check_dimensions(png_get_image_width(png_, info_), png_get_image_height(png_, info_),
                     most_pixels);
    guard([this] { ask_for_eight_bits(); });
    GreyImage image(static_cast<int>(png_get_image_width(png_, info_)),
                    static_cast<int>(png_get_image_height(png_, info_)));
    const bool has_alpha = png_get_channels(png_, info_) % 2 == 0;
    GreyImage alpha = has_alpha ? GreyImage(image.width, image.height) : GreyImage();
    read_pixels(image, alpha);
    guard([this] { png_read_end(png_, info_); });
    if (has_alpha) image = over_canvas(std::move(image), alpha);
    return upright(std::move(image), orientation());
  }

 private:
  /// libpng leaves an error by longjmp, over the frames of `step`: these must have no destructors.
  template <typename Step>
  void guard(Step step) {
    if (setjmp(png_jmpbuf(png_)))
      throw Error("expected a whole picture, found: {}", message_.data());
    step();
  }

  void read_header() {
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(png_, info_);
  }

  void ask_for_eight_bits() {
    png_set_expand(png_);  // palettes to RGB, fewer bits to 8, tRNS to alpha
    png_set_scale_16(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  void read_pixels(GreyImage& image, GreyImage& alpha) {
    const int channels = png_get_channels(png_, info_);
    const std::size_t row_size = png_get_rowbytes(png_, info_);
    // The passes of an interlaced picture each fill in some pixels of the rows.
    const bool interlaced = passes_ > 1;
    std::vector<png_byte> rows(row_size *
                               (interlaced ? static_cast<std::size_t>(image.height) : 1));
    const auto row = [&](int y) {
      return rows.data() + (interlaced ? row_size * static_cast<std::size_t>(y) : 0);
    };
    guard([&] {
      for (int pass = 0; pass < passes_; ++pass) {
        for (int y = 0; y < image.height; ++y) {
          png_read_row(png_, row(y), nullptr);
          if (pass < passes_ - 1) continue;
          to_grey(row(y), channels, image.width, image.row(y), alpha.row(y));
        }
      }
    });
  }

  int orientation() {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (!png_get_eXIf_1(png_, info_, &size, &exif)) return 1;
    return exif_orientation(std::as_bytes(std::span(exif, size)));
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto& reader = *static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader.message_.data(), reader.message_.size(), "%s", message);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void on_read(png_structp png, png_bytep to, std::size_t size) {
    auto& rest = static_cast<PngReader*>(png_get_io_ptr(png))->rest_;
    if (size > rest.size()) png_error(png, "the file ends early");
    std::copy_n(reinterpret_cast<const png_byte*>(rest.data()), size, to);
    rest = rest.subspan(size);
  }

  std::span<const std::byte> rest_;
  std::array<char, 200> message_{};
  png_structp png_;
  png_infop info_;
  int passes_ = 1;
};

}  // namespace

GreyImage decode_png(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  return PngReader(bytes).read(most_pixels);
}

}  // namespace mnist
