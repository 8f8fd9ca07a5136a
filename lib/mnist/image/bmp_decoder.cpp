#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/bmp_header.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

/// A pixel's red, green, blue or alpha: those of its bits that are in `mask`, which are next to
/// each other.
class Channel {
 public:
  explicit Channel(std::uint32_t mask) : mask_(mask) {
    if (mask == 0) return;
    const int bits = std::popcount(mask);
    // Of more than 8 bits, the first eight.
    shift_ = std::countr_zero(mask) + std::max(bits - 8, 0);
    const unsigned most = (1U << std::min(bits, 8)) - 1;
    for (unsigned value = 0; value <= most; ++value) {
      byte_of_[value] = static_cast<std::uint8_t>((value * 255 + most / 2) / most);
    }
  }

  std::uint8_t of(std::uint32_t pixel) const { return byte_of_[(pixel & mask_) >> shift_]; }

 private:
  std::uint32_t mask_;
  int shift_ = 0;
  std::array<std::uint8_t, 256> byte_of_{};
};

std::uint32_t little_endian(const std::byte* bytes, unsigned count) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) value |= std::to_integer<std::uint32_t>(bytes[i]) << 8 * i;
  return value;
}

void read_palette_row(const std::byte* row, const BmpHeader& header, std::uint8_t* grey) {
  const unsigned bits = header.bits;
  for (int x = 0; x < header.width; ++x) {
    const auto place = static_cast<std::size_t>(x) * bits;
    const unsigned byte = std::to_integer<unsigned>(row[place / 8]);
    const unsigned index = byte >> (8 - bits - place % 8) & ((1U << bits) - 1);
    if (index >= header.palette.size()) {
      throw Error("expected one of {} colours, found number {}", header.palette.size(), index);
    }
    grey[x] = header.palette[index];
  }
}

/// Grey and, where there is a mask for it, alpha.
class ColourRows {
 public:
  explicit ColourRows(const BmpHeader& header)
      : header_(header),
        red_(header.masks[0]),
        green_(header.masks[1]),
        blue_(header.masks[2]),
        alpha_(header.masks[3]) {}

  void read(const std::byte* row, std::uint8_t* grey, std::uint8_t* alpha) const {
    const unsigned size = header_.bits / 8;
    for (int x = 0; x < header_.width; ++x, row += size) {
      const std::uint32_t pixel = little_endian(row, size);
      grey[x] = luma(red_.of(pixel), green_.of(pixel), blue_.of(pixel));
      if (alpha) alpha[x] = alpha_.of(pixel);
    }
  }

 private:
  const BmpHeader& header_;
  Channel red_, green_, blue_, alpha_;
};

bool is_nowhere_visible(const GreyImage& alpha) {
  return std::ranges::all_of(alpha.pixels, [](std::uint8_t value) { return value == 0; });
}

}  // namespace

GreyImage decode_bmp(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  const BmpHeader header = read_bmp_header(bytes, most_pixels);
  const auto pixels = bytes.subspan(header.pixels);
  const bool has_alpha = header.masks[3] != 0;
  GreyImage image(header.width, header.height);
  GreyImage alpha = has_alpha ? image : GreyImage();
  const ColourRows colours(header);
  for (int y = 0; y < header.height; ++y) {
    const int stored = header.is_top_down ? y : header.height - 1 - y;
    const std::byte* row = pixels.data() + header.row_size * static_cast<std::size_t>(stored);
    if (header.bits <= 8) {
      read_palette_row(row, header, image.row(y));
    } else {
      colours.read(row, image.row(y), has_alpha ? alpha.row(y) : nullptr);
    }
  }
  // Programs that know nothing of alpha leave it 0 all over.
  if (has_alpha && !is_nowhere_visible(alpha)) image = over_canvas(std::move(image), alpha);
  return image;
}

}  // namespace mnist
