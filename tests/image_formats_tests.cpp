#include <span>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

TEST_CASE("what is said of the formats follows from their table", "[image]") {
  CHECK(picture_format_names() == "PNG, JPEG, WebP, GIF, TIFF, BMP or PNM");
  CHECK(picture_format_names("and").ends_with("BMP and PNM"));
  for (const PictureFormat& format : picture_formats()) {
    for (const std::string_view ending : format.endings) {
      CHECK(has_pictures_name("folder/picture" + std::string(ending)));
    }
  }
  for (const char* name : {"a.JPG", "a.Jfif", "a.jpe", "a.TIF", "a.pnm", "a.WEBP", "a.b.gif"}) {
    CHECK(has_pictures_name(name));
  }
  for (const char* name : {"a", "png", ".png", "a.png.txt", "a.heic", "a.npz", "a.jpg~"}) {
    CHECK_FALSE(has_pictures_name(name));
  }
}

TEST_CASE("a picture in a format that is not read is told how to become one", "[image]") {
  const auto told = [](const std::string& bytes, const char* name) {
    return error_of([&] { decode_image(std::as_bytes(std::span(bytes)), name); });
  };
  const std::string box = "\0\0\0\x18"s;
  CHECK(told(box + "ftypheic", "x.heic") ==
        "'x.heic' is an HEIC image: convert it to JPEG or PNG first, for instance with "
        "heif-convert x.heic x.jpg");
  CHECK(told(box + "ftypavif", "our pictures/it's.avif") ==
        "'our pictures/it's.avif' is an AVIF image: convert it to JPEG or PNG first, for instance "
        "with heif-convert 'our pictures/it'\\''s.avif' 'our pictures/it'\\''s.jpg'");
  CHECK(contains(told(box + "ftypmif1", "standard input"), "heif-convert IMAGE.heif IMAGE.jpg"));
  CHECK(contains(told("\0\0\0\x0cJXL \r\n\x87\n"s, "x.jxl"), "djxl x.jxl x.png"));
}

}  // namespace
}  // namespace mnist
