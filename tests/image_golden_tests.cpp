// tests/golden/pictures has pictures in many forms, and what Pillow reads of each.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "catch.hpp"
#include "image_files.hpp"
#include "mnist/error.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> golden_pictures() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(MNIST_GOLDEN) / "pictures")) {
    if (fs::exists(entry.path().string() + ".pgm")) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

Bytes bytes_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {begin, begin + bytes.size()};
}

/// How far two pictures are apart, at most; 256 if they have not the same size.
int distance(const GreyImage& a, const GreyImage& b) {
  if (a.width != b.width || a.height != b.height) return 256;
  int most = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) {
    most = std::max(most, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return most;
}

TEST_CASE("pictures in all formats are read as Pillow reads them", "[image]") {
  const auto paths = golden_pictures();
  CHECK(paths.size() > 40);
  for (const fs::path& path : paths) {
    INFO(path.filename().string());
    // The same formula, rounded otherwise.
    CHECK(distance(read_image(path), read_image(path.string() + ".pgm")) <= 1);
  }
}

TEST_CASE("a picture in any format that is cut off anywhere is an error", "[image]") {
  for (const fs::path& path : golden_pictures()) {
    const std::string name = path.filename().string();
    if (name.starts_with("text.")) continue;  // it may end with any of the last number's digits
    // What comes after the first picture need not be there.
    if (name == "animated.gif" || name == "pages.tif") continue;
    const Bytes whole = bytes_of(path);
    // A TIFF file may end with where the next picture is.
    const std::size_t needed = whole.size() - (name.ends_with(".tif") ? 4 : 0);
    INFO(name);
    for (std::size_t size = 0; size < needed; ++size) {
      INFO(size << " of " << whole.size() << " bytes");
      CHECK_THROWS_AS(decode_image(std::span(whole).first(size), "picture"), Error);
    }
  }
}

TEST_CASE("a flipped bit in any format is noticed or changes pixels, no more", "[image]") {
  for (const fs::path& path : golden_pictures()) {
    const Bytes whole = bytes_of(path);
    INFO(path.filename().string());
    int noticed = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      Bytes damaged = whole;
      damaged[i] ^= std::byte{1} << (i % 8);
      try {
        decode_image(damaged, "picture", {.pixels = 1'000'000});
      } catch (const Error&) {
        ++noticed;
      }
    }
    CHECK(noticed > 0);
  }
}

TEST_CASE("what follows a picture in any format does not matter", "[image]") {
  for (const fs::path& path : golden_pictures()) {
    INFO(path.filename().string());
    Bytes bytes = bytes_of(path);
    const GreyImage image = decode_image(bytes, "picture");
    bytes.insert(bytes.end(), 1000, std::byte{0x55});
    if (!path.filename().string().starts_with("text.")) {
      CHECK(decode_image(bytes, "picture") == image);
    }
    CHECK_THROWS_AS(decode_image(bytes, "picture", {.pixels = 27 * 18 - 1}), Error);
  }
}

}  // namespace
}  // namespace mnist
