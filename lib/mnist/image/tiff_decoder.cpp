#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/exif.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

/// A file in memory, and what libtiff says is wrong with it.
class TiffFile {
 public:
  TiffFile(std::span<const std::byte> bytes, std::uint64_t most_pixels) : bytes_(bytes) {
    // As libtiff allocates what the file asks for, by and by: no more than a picture at the limit
    // takes, in the largest form that it makes of it, and a little for tables.
    constexpr std::uint64_t kTables = std::uint64_t{1} << 22, kBytesOfPixel = 8;
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
        TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
    if (!options) throw Error("not enough memory");
    TIFFOpenOptionsSetMaxSingleMemAlloc(
        options.get(), static_cast<tmsize_t>(kBytesOfPixel * most_pixels + kTables));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, this);
    tiff_ = TIFFClientOpenExt("picture", "rm", this, on_read, on_write, on_seek, on_close, on_size,
                              nullptr, nullptr, options.get());
    if (!tiff_) throw_error();
  }
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;
  ~TiffFile() { TIFFClose(tiff_); }

  TIFF* get() const { return tiff_; }

  template <typename Value>
  Value field(std::uint32_t tag) const {
    Value value{};
    TIFFGetFieldDefaulted(tiff_, tag, &value);
    return value;
  }

  /// A picture without the table of its colours, say, is another picture.
  void check() const {
    if (lacks_table_) throw_error();
  }

  [[noreturn]] void throw_error() const {
    throw Error("expected a whole picture, found: {}", message_[0] ? message_.data() : "damage");
  }

 private:
  static TiffFile& of(thandle_t handle) { return *static_cast<TiffFile*>(handle); }

  /// The first error is the cause of the others.
  static int on_error(TIFF*, void* file, const char*, const char* format, std::va_list values) {
    auto& message = of(file).message_;
    if (!message[0]) std::vsnprintf(message.data(), message.size(), format, values);
    return 1;
  }

  /// libtiff goes on without a table that it cannot read.
  static int on_warning(TIFF* tiff, void* file, const char* module, const char* format,
                        std::va_list values) {
    if (!std::string_view(format).starts_with("IO error")) return 1;
    of(file).lacks_table_ = true;
    return on_error(tiff, file, module, format, values);
  }

  static tmsize_t on_read(thandle_t handle, void* to, tmsize_t size) {
    TiffFile& file = of(handle);
    const std::size_t at = static_cast<std::size_t>(std::min<toff_t>(file.at_, file.bytes_.size()));
    const std::size_t wanted = static_cast<std::size_t>(std::max<tmsize_t>(size, 0));
    const auto part = file.bytes_.subspan(at, std::min(wanted, file.bytes_.size() - at));
    std::ranges::copy(part, static_cast<std::byte*>(to));
    file.at_ = at + part.size();
    return static_cast<tmsize_t>(part.size());
  }

  static tmsize_t on_write(thandle_t, void*, tmsize_t) { return -1; }

  static toff_t on_seek(thandle_t handle, toff_t offset, int from) {
    TiffFile& file = of(handle);
    const toff_t begin = from == SEEK_CUR ? file.at_ : from == SEEK_END ? file.bytes_.size() : 0;
    return file.at_ = begin + offset;
  }

  static int on_close(thandle_t) { return 0; }

  static toff_t on_size(thandle_t handle) { return of(handle).bytes_.size(); }

  std::span<const std::byte> bytes_;
  toff_t at_ = 0;
  std::array<char, 200> message_{};
  bool lacks_table_ = false;
  TIFF* tiff_ = nullptr;
};

/// libtiff's other codecs are seldom used and seldom tested, or are not in every build of it.
void check_compression(const TiffFile& file) {
  constexpr std::array<std::uint16_t, 9> kKnown{
      COMPRESSION_NONE,      COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,
      COMPRESSION_CCITTFAX4, COMPRESSION_LZW,      COMPRESSION_JPEG,
      COMPRESSION_PACKBITS,  COMPRESSION_DEFLATE,  COMPRESSION_ADOBE_DEFLATE,
  };
  const auto found = file.field<std::uint16_t>(TIFFTAG_COMPRESSION);
  if (std::ranges::find(kKnown, found) != kKnown.end()) return;
  const TIFFCodec* const codec = TIFFFindCODEC(found);
  throw Error("expected no compression, CCITT, Deflate, JPEG, LZW or PackBits, found {}",
              codec ? codec->name : std::to_string(found));
}

/// A tile may be larger than the picture, and all tiles may have the same few bytes in the file.
void check_tiles(const TiffFile& file, std::uint64_t width, std::uint64_t height,
                 std::uint64_t most_pixels) {
  if (!TIFFIsTiled(file.get())) return;
  const std::uint64_t tile_width = file.field<std::uint32_t>(TIFFTAG_TILEWIDTH);
  const std::uint64_t tile_height = file.field<std::uint32_t>(TIFFTAG_TILELENGTH);
  constexpr std::uint64_t kUsualTile = std::uint64_t{1} << 16;
  if (tile_width == 0 || tile_height == 0) throw Error("expected tiles with pixels");
  const std::uint64_t across = (width + tile_width - 1) / tile_width * tile_width;
  const std::uint64_t down = (height + tile_height - 1) / tile_height * tile_height;
  if (across > (2 * most_pixels + kUsualTile) / down) {
    throw Error("expected tiles that fit the picture, found {}x{} pixels each", tile_width,
                tile_height);
  }
}

void check_form(const TiffFile& file, std::uint64_t most_pixels) {
  constexpr int kMostSamples = 8;
  const std::uint64_t width = file.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH);
  const std::uint64_t height = file.field<std::uint32_t>(TIFFTAG_IMAGELENGTH);
  check_dimensions(width, height, most_pixels);
  check_tiles(file, width, height, most_pixels);
  check_compression(file);
  const int samples = file.field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  if (samples > kMostSamples) {
    throw Error("expected at most {} samples a pixel, found {}", kMostSamples, samples);
  }
  // What a camera writes as raw data begins with a small picture of it.
  if ((file.field<std::uint32_t>(TIFFTAG_SUBFILETYPE) & FILETYPE_REDUCEDIMAGE) != 0) {
    throw Error("expected a picture first, found the preview of one, as in a camera's raw data");
  }
}

/// libtiff makes all kinds of pixels RGBA, where it has the colours times alpha, but for greys
/// whose alpha is said to stand by itself.
class RgbaPixels {
 public:
  explicit RgbaPixels(const TiffFile& file) {
    std::array<char, 1024> message{};
    if (!TIFFRGBAImageBegin(&rgba_, file.get(), 1, message.data())) {
      throw Error("expected pixels of a usual kind, found: {}", message.data());
    }
    rgba_.orientation = rgba_.req_orientation = ORIENTATION_TOPLEFT;  // they are turned later
  }
  RgbaPixels(const RgbaPixels&) = delete;
  RgbaPixels& operator=(const RgbaPixels&) = delete;
  ~RgbaPixels() { TIFFRGBAImageEnd(&rgba_); }

  GreyImage read(const TiffFile& file) {
    GreyImage image(static_cast<int>(rgba_.width), static_cast<int>(rgba_.height));
    std::vector<std::uint32_t> pixels(image.pixels.size());
    if (!TIFFRGBAImageGet(&rgba_, pixels.data(), rgba_.width, rgba_.height)) file.throw_error();
    std::ranges::transform(pixels, image.pixels.begin(), [](std::uint32_t pixel) {
      return luma(TIFFGetR(pixel), TIFFGetG(pixel), TIFFGetB(pixel));
    });
    if (rgba_.alpha == 0) return image;
    GreyImage alpha(image.width, image.height);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      alpha.pixels[i] = static_cast<std::uint8_t>(TIFFGetA(pixels[i]));
      if (is_product()) image.pixels[i] = without_alpha(image.pixels[i], alpha.pixels[i]);
    }
    return over_canvas(std::move(image), alpha);
  }

 private:
  bool is_product() const {
    const bool greys =
        rgba_.photometric == PHOTOMETRIC_MINISBLACK || rgba_.photometric == PHOTOMETRIC_MINISWHITE;
    return rgba_.alpha != EXTRASAMPLE_UNASSALPHA || !greys || !rgba_.isContig;
  }

  TIFFRGBAImage rgba_{};
};

}  // namespace

GreyImage decode_tiff(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  const TiffFile file(bytes, most_pixels);
  file.check();
  check_form(file, most_pixels);
  const int orientation = file.field<std::uint16_t>(TIFFTAG_ORIENTATION);
  return upright(RgbaPixels(file).read(file),
                 orientation >= 1 && orientation <= 8 ? orientation : 1);
}

}  // namespace mnist
