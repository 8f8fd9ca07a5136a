#include "mnist/image/read_image.hpp"

#include <string>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/other_kinds.hpp"

namespace mnist {
namespace {

void check_size(std::uintmax_t size, std::string_view name, const ImageLimits& limits) {
  if (size == 0) throw Error("'{}' is empty: expected {}", name, expected_picture());
  if (size > limits.bytes) {
    throw Error("'{}' has {} bytes: expected {} of at most {}", name, size, expected_picture(),
                limits.bytes);
  }
}

}  // namespace

void check_dimensions(std::uint64_t width, std::uint64_t height, std::uint64_t most_pixels) {
  if (width == 0 || height == 0 || width > most_pixels / height) {
    throw TooManyPixels("expected at most {} pixels, found {}x{}", most_pixels, width, height);
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
    throw Error("'{}' is {}: expected {}", path.string(), error.found(), expected_picture());
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
  const PictureFormat* const format = find_picture_format(text);
  if (!format) throw Error("{}", describe_other_kind(text, name));
  try {
    return format->decode(bytes, limits.pixels);
  } catch (const TooManyPixels& error) {
    throw TooManyPixels("cannot read '{}' as a {} image: {}", name, format->name, error.what());
  } catch (const Error& error) {
    throw Error("cannot read '{}' as a {} image: {}", name, format->name, error.what());
  }
}

}  // namespace mnist
