#include "mnist/image/exif.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mnist {
namespace {

/// Numbers of a TIFF file; nothing where the file ends before them.
class TiffReader {
 public:
  explicit TiffReader(std::span<const std::byte> bytes)
      : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == std::byte{'M'}) {}

  std::optional<std::size_t> number(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t place = big_endian_ ? i : size - 1 - i;
      value = value << 8 | std::to_integer<std::size_t>(bytes_[offset + place]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

bool is_tiff(std::span<const std::byte> bytes) {
  constexpr std::array kLittle{std::byte{'I'}, std::byte{'I'}, std::byte{42}, std::byte{0}};
  constexpr std::array kBig{std::byte{'M'}, std::byte{'M'}, std::byte{0}, std::byte{42}};
  return bytes.size() >= 4 &&
         (std::ranges::equal(bytes.first(4), kLittle) || std::ranges::equal(bytes.first(4), kBig));
}

/// Fills a picture with pixels of another: the first is number `first` of that one, and those to
/// its right and below it are so many further on. A row of one lies across the rows of the other,
/// so it goes by squares of which both parts fit the cache.
void copy_turned(const GreyImage& from, std::ptrdiff_t first, std::ptrdiff_t right,
                 std::ptrdiff_t down, GreyImage& to) {
  constexpr int kSquare = 64;
  for (int top = 0; top < to.height; top += kSquare) {
    for (int left = 0; left < to.width; left += kSquare) {
      const int columns = std::min(kSquare, to.width - left);
      for (int y = top; y < std::min(top + kSquare, to.height); ++y) {
        const std::uint8_t* pixel = from.pixels.data() + first + y * down + left * right;
        std::uint8_t* row = to.row(y) + left;
        for (int x = 0; x < columns; ++x) row[x] = pixel[x * right];
      }
    }
  }
}

}  // namespace

int exif_orientation(std::span<const std::byte> tiff) {
  constexpr std::size_t kOrientationTag = 0x0112;
  constexpr std::size_t kShort = 3;  // a type: 16 bits
  constexpr std::size_t kEntrySize = 12;
  constexpr int kUpright = 1;

  if (!is_tiff(tiff)) return kUpright;
  const TiffReader reader(tiff);
  const auto directory = reader.number(4, 4);
  if (!directory) return kUpright;
  const std::size_t entries = reader.number(*directory, 2).value_or(0);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = *directory + 2 + i * kEntrySize;
    if (reader.number(entry, 2) != kOrientationTag) continue;
    const std::size_t value = reader.number(entry + 8, 2).value_or(0);
    const bool valid = reader.number(entry + 2, 2) == kShort && value >= 1 && value <= 8;
    return valid ? static_cast<int>(value) : kUpright;
  }
  return kUpright;
}

GreyImage upright(GreyImage stored, int orientation) {
  if (orientation == 1) return stored;
  const bool on_its_side = orientation >= 5;
  const int right = stored.width - 1;
  const int bottom = stored.height - 1;
  GreyImage seen(on_its_side ? stored.height : stored.width,
                 on_its_side ? stored.width : stored.height);
  const auto source = [&](int x, int y) -> std::pair<int, int> {
    switch (orientation) {
      case 2:
        return {right - x, y};  // mirrored
      case 3:
        return {right - x, bottom - y};  // upside down
      case 4:
        return {x, bottom - y};  // upside down and mirrored
      case 5:
        return {y, x};  // on its side and mirrored
      case 6:
        return {y, bottom - x};  // to be turned clockwise
      case 7:
        return {right - y, bottom - x};  // on its other side and mirrored
      default:
        return {right - y, x};  // to be turned anticlockwise
    }
  };
  const auto place = [&](int x, int y) {
    const auto [source_x, source_y] = source(x, y);
    return static_cast<std::ptrdiff_t>(source_y) * stored.width + source_x;
  };
  copy_turned(stored, place(0, 0), place(1, 0) - place(0, 0), place(0, 1) - place(0, 0), seen);
  return seen;
}

}  // namespace mnist
