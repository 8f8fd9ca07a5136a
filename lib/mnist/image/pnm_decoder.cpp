#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"

// Netpbm's formats, as its manual pages pbm(5), pgm(5) and ppm(5) define them: "P1" to "P3" are
// text, "P4" to "P6" binary; bits (1 is black), greys, red and green and blue.
namespace mnist {
namespace {

class PnmReader {
 public:
  explicit PnmReader(std::span<const std::byte> bytes)
      : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
        is_binary_(bytes_[1] >= '4'),
        is_bits_(bytes_[1] == '1' || bytes_[1] == '4'),
        channels_(bytes_[1] == '3' || bytes_[1] == '6' ? 3 : 1) {}

  GreyImage read(std::uint64_t most_pixels) {
    const unsigned width = number("a width"), height = number("a height");
    check_dimensions(width, height, most_pixels);
    most_ = is_bits_ ? 1 : number("a largest value");
    if (most_ == 0 || most_ > 0xFFFF) {
      throw Error("expected a largest value from 1 to 65535, found {}", most_);
    }
    if (is_binary_) skip_one_space();
    check_rest(width, height);
    for (unsigned value = 0; value <= most_; ++value) {
      const unsigned shown = is_bits_ ? 1 - value : value;
      byte_of_.push_back(static_cast<std::uint8_t>((shown * 255 + most_ / 2) / most_));
    }
    GreyImage image(static_cast<int>(width), static_cast<int>(height));
    for (int y = 0; y < image.height; ++y) read_row(image.row(y), image.width);
    return image;
  }

 private:
  bool is_wide() const { return most_ > 0xFF; }

  /// So that nothing is allocated that the file cannot fill.
  void check_rest(std::size_t width, std::size_t height) const {
    std::size_t row = width * channels_;
    if (is_binary_) row = is_bits_ ? (width + 7) / 8 : row * (is_wide() ? 2 : 1);
    if ((bytes_.size() - at_) / row < height) throw Error("{}", kCutOff);
  }

  void read_row(std::uint8_t* grey, int width) {
    if (is_binary_ && is_bits_) return read_packed_bits(grey, width);
    for (int x = 0; x < width; ++x) {
      const unsigned first = sample();
      if (channels_ == 1) {
        grey[x] = static_cast<std::uint8_t>(first);
      } else {
        const unsigned second = sample();
        grey[x] = luma(first, second, sample());
      }
    }
  }

  void read_packed_bits(std::uint8_t* grey, int width) {
    for (int x = 0; x < width; ++x) {
      const auto byte = static_cast<unsigned char>(bytes_[at_ + static_cast<unsigned>(x) / 8]);
      grey[x] = byte_of_[byte >> (7 - x % 8) & 1];
    }
    at_ += (static_cast<std::size_t>(width) + 7) / 8;
  }

  /// In [0, 255].
  std::uint8_t sample() {
    unsigned value = 0;
    if (!is_binary_) {
      value = is_bits_ ? text_bit() : number("a sample");
    } else {
      value = static_cast<unsigned char>(bytes_[at_++]);
      if (is_wide()) value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
    }
    if (value > most_) throw Error("expected samples up to {}, found {}", most_, value);
    return byte_of_[value];
  }

  char next() {
    if (at_ >= bytes_.size()) throw Error("{}", kCutOff);
    return bytes_[at_++];
  }

  static bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

  void skip_one_space() {
    if (!is_space(next())) throw Error("expected white space before the pixels");
  }

  /// The first character that is neither white space nor in a comment, which ends with its line.
  char next_in_text() {
    for (char c = next();; c = next()) {
      if (c == '#') {
        while (c != '\n' && c != '\r') c = next();
      } else if (!is_space(c)) {
        return c;
      }
    }
  }

  [[noreturn]] static void refuse(char c, std::string_view expected) {
    throw Error("expected {}, found the byte 0x{:02x}", expected, static_cast<unsigned char>(c));
  }

  /// Bits may stand next to each other.
  unsigned text_bit() {
    const char c = next_in_text();
    if (c != '0' && c != '1') refuse(c, "0 or 1");
    return static_cast<unsigned>(c - '0');
  }

  unsigned number(std::string_view expected) {
    constexpr unsigned kMost = 100'000'000;
    char c = next_in_text();
    unsigned value = 0;
    for (;; c = bytes_[at_++]) {
      if (c < '0' || c > '9') refuse(c, expected);
      value = std::min(value * 10 + static_cast<unsigned>(c - '0'), kMost);
      if (at_ == bytes_.size() || is_space(bytes_[at_]) || bytes_[at_] == '#') return value;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 2;
  bool is_binary_;
  bool is_bits_;
  std::size_t channels_;
  unsigned most_ = 1;
  std::vector<std::uint8_t> byte_of_;  ///< by the sample's value
};

}  // namespace

GreyImage decode_pnm(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  return PnmReader(bytes).read(most_pixels);
}

}  // namespace mnist
