#include <gif_lib.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

/// giflib's `DGifSlurp` keeps all pictures of an animation: this stops behind the first.
class GifReader {
 public:
  explicit GifReader(std::span<const std::byte> bytes) : rest_(bytes) {
    int error = 0;
    gif_ = DGifOpen(this, on_read, &error);
    if (!gif_) throw_error(error);
  }
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;
  ~GifReader() { DGifCloseFile(gif_, nullptr); }

  GreyImage read(std::uint64_t most_pixels) {
    GifRecordType type = next_record();
    for (; type == EXTENSION_RECORD_TYPE; type = next_record()) read_extension();
    if (type != IMAGE_DESC_RECORD_TYPE) throw Error("expected a picture, found none");
    check(DGifGetImageDesc(gif_));
    GreyImage image = read_picture(most_pixels);
    next_record();  // or the end of the file as it has to be
    return image;
  }

 private:
  [[noreturn]] static void throw_error(int error) {
    if (error == D_GIF_ERR_NOT_ENOUGH_MEM) throw Error("not enough memory");
    const char* text = GifErrorString(error);
    throw Error("expected a whole picture, found: {}", text ? text : "damage");
  }

  void check(int result) const {
    if (result == GIF_ERROR) throw_error(gif_->Error);
  }

  GifRecordType next_record() {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    check(DGifGetRecordType(gif_, &type));
    return type;
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    check(DGifGetExtension(gif_, &code, &block));
    while (block) {
      GraphicsControlBlock control{};
      if (code == GRAPHICS_EXT_FUNC_CODE && block[0] == 4 &&
          DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
        transparent_ = control.TransparentColor;
      }
      check(DGifGetExtensionNext(gif_, &block));
    }
  }

  /// The screen's pixels that the picture leaves out are transparent, whatever its background is
  /// said to be, as browsers have it; so is a screen too small for the picture made larger.
  GreyImage read_picture(std::uint64_t most_pixels) {
    const GifImageDesc& frame = gif_->Image;
    const int width = std::max(gif_->SWidth, frame.Left + frame.Width);
    const int height = std::max(gif_->SHeight, frame.Top + frame.Height);
    check_dimensions(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height),
                     most_pixels);
    check_dimensions(static_cast<std::uint64_t>(frame.Width),
                     static_cast<std::uint64_t>(frame.Height), most_pixels);
    const std::vector<std::uint8_t> greys = greys_of_colours();
    GreyImage image(width, height, 255), alpha(width, height, 0);
    std::vector<GifPixelType> row(static_cast<std::size_t>(frame.Width));
    for (const int y : order_of_rows(frame.Height)) {
      check(DGifGetLine(gif_, row.data(), frame.Width));
      for (int x = 0; x < frame.Width; ++x) {
        const unsigned index = row[static_cast<std::size_t>(x)];
        if (static_cast<int>(index) == transparent_) continue;
        if (index >= greys.size()) {
          throw Error("expected one of {} colours, found number {}", greys.size(), index);
        }
        image.at(frame.Left + x, frame.Top + y) = greys[index];
        alpha.at(frame.Left + x, frame.Top + y) = 255;
      }
    }
    image = over_canvas(std::move(image), alpha);
    return image;
  }

  std::vector<std::uint8_t> greys_of_colours() const {
    const ColorMapObject* map = gif_->Image.ColorMap ? gif_->Image.ColorMap : gif_->SColorMap;
    if (!map) throw Error("expected a table of colours, found none");
    std::vector<std::uint8_t> greys;
    for (int i = 0; i < map->ColorCount; ++i) {
      const GifColorType& colour = map->Colors[i];
      greys.push_back(luma(colour.Red, colour.Green, colour.Blue));
    }
    return greys;
  }

  /// An interlaced picture comes in four passes.
  std::vector<int> order_of_rows(int height) const {
    constexpr std::pair<int, int> kAtOnce[] = {{0, 1}};
    constexpr std::pair<int, int> kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    std::vector<int> order;
    const auto passes = gif_->Image.Interlace ? std::span<const std::pair<int, int>>(kInterlaced)
                                              : std::span<const std::pair<int, int>>(kAtOnce);
    for (const auto& [first, step] : passes) {
      for (int y = first; y < height; y += step) order.push_back(y);
    }
    return order;
  }

  static int on_read(GifFileType* gif, GifByteType* to, int size) {
    auto& rest = static_cast<GifReader*>(gif->UserData)->rest_;
    const std::size_t count = std::min(static_cast<std::size_t>(std::max(size, 0)), rest.size());
    std::copy_n(reinterpret_cast<const GifByteType*>(rest.data()), count, to);
    rest = rest.subspan(count);
    return static_cast<int>(count);
  }

  std::span<const std::byte> rest_;
  GifFileType* gif_ = nullptr;
  int transparent_ = NO_TRANSPARENT_COLOR;
};

}  // namespace

GreyImage decode_gif(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  return GifReader(bytes).read(most_pixels);
}

}  // namespace mnist
