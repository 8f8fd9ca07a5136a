#include "mnist/image/read_image.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/image/decoders.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExpected = "a PNG or JPEG image";
constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n"sv;
constexpr std::string_view kJpegStart = "\xff\xd8\xff"sv;

/// What else people hand in, by its first bytes at an offset.
struct OtherKind {
  std::size_t offset;
  std::string_view start;
  std::string_view name;
};
constexpr std::array kOtherKinds{
    OtherKind{0, "GIF8"sv, "a GIF image"},
    OtherKind{0, "BM"sv, "a BMP image"},
    OtherKind{8, "WEBP"sv, "a WebP image"},
    OtherKind{4, "ftypavif"sv, "an AVIF image"},
    OtherKind{4, "ftyphei"sv, "a HEIC image"},
    OtherKind{4, "ftypmif1"sv, "a HEIF image"},
    OtherKind{0, "II*\0"sv, "a TIFF image"},
    OtherKind{0, "MM\0*"sv, "a TIFF image"},
    OtherKind{0, "\0\0\x01\0"sv, "an icon"},
    OtherKind{0, "\0\0\x08\x03"sv, "an IDX file of images"},
    OtherKind{0, "\0\0\x08\x01"sv, "an IDX file of labels"},
    OtherKind{0, "%PDF"sv, "a PDF document"},
    OtherKind{0, "\x1f\x8b"sv, "a gzip file (unpack it with gunzip)"},
    OtherKind{0, "PK\x03\x04"sv, "a zip file, such as a TorchScript model"},
    OtherKind{0,
              "\x7f"
              "ELF"sv,
              "a program"},
};

bool is_text(std::string_view start) {
  return std::ranges::all_of(start, [](unsigned char byte) {
    return byte >= 0x80 || std::isprint(byte) || std::isspace(byte);
  });
}

std::string describe_text(std::string_view start) {
  std::string lower;
  for (const char byte : start) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  }
  if (lower.find("<!doctype html") != std::string::npos ||
      lower.find("<html") != std::string::npos) {
    return "an HTML page";
  }
  if (lower.find("<svg") != std::string::npos) return "an SVG drawing";
  return "text";
}

std::string describe_kind(std::string_view bytes) {
  for (const OtherKind& kind : kOtherKinds) {
    if (bytes.size() > kind.offset && bytes.substr(kind.offset).starts_with(kind.start)) {
      return std::string(kind.name);
    }
  }
  const std::string_view start = bytes.substr(0, 512);
  if (is_text(start)) return describe_text(start);
  std::string hexadecimal;
  for (const char byte : bytes.substr(0, 4)) {
    hexadecimal += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("a file that begins with 0x{}", hexadecimal);
}

void check_size(std::uintmax_t size, std::string_view name, const ImageLimits& limits) {
  if (size == 0) throw Error("'{}' is empty: expected {}", name, kExpected);
  if (size > limits.bytes) {
    throw Error("'{}' has {} bytes: expected {} of at most {}", name, size, kExpected,
                limits.bytes);
  }
}

}  // namespace

void check_dimensions(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) {
  if (width == 0 || height == 0 || width > most_pixels / height) {
    throw Error("expected at most {} pixels, found {}x{}", most_pixels, width, height);
  }
}

GreyImage read_image(const std::filesystem::path& path, const ImageLimits& limits) {
  std::vector<char> bytes;
  std::uint64_t size = 0;
  try {
    RegularFile file(path);
    size = file.size();
    if (size <= limits.bytes) {
      bytes.resize(size);
      file.read(bytes);
    }
  } catch (const NoRegularFile& error) {
    throw Error("'{}' is {}: expected {}", path.string(), error.found(), kExpected);
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", path.string(), error.what());
  }
  check_size(size, path.string(), limits);
  return decode_image(std::as_bytes(std::span(bytes)), path.string(), limits);
}

GreyImage decode_image(std::span<const std::byte> bytes, std::string_view name,
                       const ImageLimits& limits) {
  check_size(bytes.size(), name, limits);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const bool png = text.starts_with(kPngStart);
  if (!png && !text.starts_with(kJpegStart)) {
    throw Error("'{}' is {}: expected {}", name, describe_kind(text), kExpected);
  }
  try {
    return png ? decode_png(bytes, limits.pixels) : decode_jpeg(bytes, limits.pixels);
  } catch (const Error& error) {
    throw Error("cannot read '{}' as a {} image: {}", name, png ? "PNG" : "JPEG", error.what());
  }
}

bool has_pictures_name(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

}  // namespace mnist
