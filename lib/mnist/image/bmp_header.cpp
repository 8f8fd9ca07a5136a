#include "mnist/image/bmp_header.hpp"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"

namespace mnist {
namespace {

constexpr std::size_t kFileHeader =
    14;                               // bytes; then comes the other one, which begins with its size
constexpr std::size_t kOs2Size = 12;  // of the oldest one: all numbers have 16 bits
constexpr std::size_t kOs2LaterSize = 64;
constexpr std::size_t kUsualSize = 40;

enum Compression : std::uint32_t { kNone = 0, kBitfields = 3, kAlphaBitfields = 6 };

std::string_view name_of(std::uint32_t compression, std::size_t header_size) {
  if (compression == 1 || compression == 2) return "run-length encoding (RLE)";
  if (header_size == kOs2LaterSize) return "OS/2's compression";
  if (compression == 4) return "a JPEG image in it";
  if (compression == 5) return "a PNG image in it";
  return "another compression";
}

class BmpHeaderReader {
 public:
  explicit BmpHeaderReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  BmpHeader read(std::uint64_t most_pixels) {
    size_ = number(kFileHeader, 4);
    constexpr std::array<std::size_t, 7> kSizes{12, 40, 52, 56, 64, 108, 124};
    if (std::ranges::find(kSizes, size_) == kSizes.end()) {
      throw Error("expected a header of 12, 40, 52, 56, 64, 108 or 124 bytes, found {}", size_);
    }
    read_size(most_pixels);
    header_.bits = number(is_os2() ? 24 : 28, 2);
    read_compression();
    if (header_.bits <= 8) read_palette();
    if (header_.bits == 16) set_default_masks({0x7C00, 0x03E0, 0x001F, 0});
    if (header_.bits >= 24) set_default_masks({0xFF0000, 0xFF00, 0xFF, 0});
    find_pixels();
    return header_;
  }

 private:
  bool is_os2() const { return size_ == kOs2Size; }

  std::uint32_t number(std::size_t offset, std::size_t size) const {
    if (bytes_.size() < size || offset > bytes_.size() - size) throw Error("{}", kCutOff);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= std::to_integer<std::uint32_t>(bytes_[offset + i]) << 8 * i;
    }
    return value;
  }

  /// A negative height means that the first row comes first.
  void read_size(std::uint64_t most_pixels) {
    std::int64_t width = 0, height = 0;
    if (is_os2()) {
      width = number(18, 2);
      height = number(20, 2);
    } else {
      width = static_cast<std::int32_t>(number(18, 4));
      height = static_cast<std::int32_t>(number(22, 4));
    }
    header_.is_top_down = height < 0;
    height = header_.is_top_down ? -height : height;
    if (width < 0) throw Error("expected a width in pixels, found {}", width);
    check_dimensions(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height),
                     most_pixels);
    header_.width = static_cast<int>(width);
    header_.height = static_cast<int>(height);
  }

  void read_compression() {
    constexpr std::array kBits{1U, 4U, 8U, 16U, 24U, 32U};
    if (std::ranges::find(kBits, header_.bits) == kBits.end()) {
      throw Error("expected 1, 4, 8, 16, 24 or 32 bits a pixel, found {}", header_.bits);
    }
    if (is_os2()) return;
    const std::uint32_t compression = number(30, 4);
    if (compression == kNone) return;
    const bool masks = (compression == kBitfields || compression == kAlphaBitfields) &&
                       size_ != kOs2LaterSize && (header_.bits == 16 || header_.bits == 32);
    if (!masks) {
      throw Error("expected pixels without compression, found {}", name_of(compression, size_));
    }
    read_masks(compression == kAlphaBitfields);
  }

  /// They are a part of the later headers, and lie behind the usual one.
  void read_masks(bool with_alpha) {
    const std::size_t count = with_alpha || size_ >= 56 ? 4 : 3;
    if (size_ == kUsualSize) masks_behind_ = 4 * count;
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t mask = number(kFileHeader + kUsualSize + 4 * i, 4);
      const bool in_one_piece =
          mask == 0 || std::has_single_bit((mask >> std::countr_zero(mask)) + std::uint64_t{1});
      if (!in_one_piece || (mask & all) != 0 || (mask == 0 && i < 3)) {
        throw Error("expected masks of bits for red, green and blue, found 0x{:08x}", mask);
      }
      all |= mask;
      header_.masks[i] = mask;
    }
    if (header_.bits == 16 && all > 0xFFFF) {
      throw Error("expected masks of 16 bits, found 0x{:08x}", all);
    }
  }

  void set_default_masks(const std::array<std::uint32_t, 4>& masks) {
    if (header_.masks[0] == 0) header_.masks = masks;
  }

  void read_palette() {
    const std::size_t entry_size = is_os2() ? 3 : 4;
    std::size_t count = std::size_t{1} << header_.bits;
    if (const std::size_t used = is_os2() ? 0 : number(46, 4); used != 0) {
      count = std::min(count, used);
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = kFileHeader + size_ + i * entry_size;
      header_.palette.push_back(luma(number(at + 2, 1), number(at + 1, 1), number(at, 1)));
    }
  }

  void find_pixels() {
    header_.pixels = number(10, 4);
    const auto width = static_cast<std::size_t>(header_.width);
    header_.row_size = (width * header_.bits + 31) / 32 * 4;
    const std::size_t rest = bytes_.size() - std::min(bytes_.size(), header_.pixels);
    if (rest / header_.row_size < static_cast<std::size_t>(header_.height)) {
      throw Error("{}", kCutOff);
    }
    const std::size_t headers = kFileHeader + size_ + masks_behind_;
    if (header_.pixels < headers) {
      throw Error("expected pixels behind {} bytes of headers, found them at {}", headers,
                  header_.pixels);
    }
  }

  std::span<const std::byte> bytes_;
  std::size_t size_ = 0;          ///< of the header that comes second
  std::size_t masks_behind_ = 0;  ///< in bytes
  BmpHeader header_;
};

}  // namespace

BmpHeader read_bmp_header(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  return BmpHeaderReader(bytes).read(most_pixels);
}

}  // namespace mnist
