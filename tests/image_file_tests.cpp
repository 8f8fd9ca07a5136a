#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "image_files.hpp"
#include "mnist/image/read_image.hpp"
#include "temporary_folder.hpp"

namespace mnist {
namespace {

using namespace std::string_literals;

std::string error_reading(const std::filesystem::path& path) {
  return error_of([&] { read_image(path); });
}

/// What the error says that a file with these bytes is.
std::string found(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder / "picture.png";
  std::ofstream(path, std::ios::binary) << bytes;
  const std::string error = error_reading(path);
  const std::string start = fmt::format("'{}' is ", path.string());
  const std::string end = ": expected a PNG, JPEG, WebP, GIF, TIFF, BMP or PNM image";
  CHECK(error.starts_with(start));
  CHECK(error.ends_with(end));
  return error.substr(start.size(), error.size() - start.size() - end.size());
}

TEST_CASE("a picture is read from its file, whatever the file is called", "[image]") {
  const TemporaryFolder folder;
  GreyImage image(2, 1);
  image.pixels = {10, 20};
  write_bytes(folder / "picture.jpg", encode_png(image));
  CHECK(read_image(folder / "picture.jpg") == image);
}

TEST_CASE("a file of another kind is told by its name", "[image]") {
  CHECK(found("\x1f\x8b\x08"s) == "a gzip file (unpack it with gunzip)");
  CHECK(found("PK\x03\x04..."s) == "a zip file, such as a TorchScript model");
  CHECK(found("\0\0\x08\x03...."s) == "an IDX file of images");
  CHECK(found("<!DOCTYPE HTML>\n<p>Not found") == "an HTML page");
  CHECK(found("<svg xmlns='…'/>") == "an SVG drawing");
  CHECK(found("P21 1 255 0\n") == "text");
  CHECK(found("\x89PNX\1\2\3\4"s) == "a file that begins with 0x89504e58");
}

TEST_CASE("what is no readable file is told without waiting for it", "[image]") {
  const TemporaryFolder folder;
  const auto path = folder / "it";
  const auto expected = [&](const std::string& is) {
    return fmt::format("'{}' is {}: expected a PNG, JPEG, WebP, GIF, TIFF, BMP or PNM image",
                       path.string(), is);
  };
  CHECK(error_reading(path) == expected("not there"));
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(error_reading(path) == expected("a pipe"));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  CHECK(error_reading(path) == expected("a folder"));
  CHECK(error_reading("/dev/null") ==
        "'/dev/null' is a device: expected a PNG, JPEG, WebP, GIF, TIFF, BMP or PNM image");
  CHECK(contains(error_reading("/dev/null/it"), "cannot read '/dev/null/it': "));
}

TEST_CASE("an empty file, and one over the limit, are told", "[image]") {
  const TemporaryFolder folder;
  const auto path = folder / "it";
  std::ofstream(path, std::ios::binary).flush();
  CHECK(error_reading(path) ==
        fmt::format("'{}' is empty: expected a PNG, JPEG, WebP, GIF, TIFF, BMP or PNM image",
                    path.string()));
  std::filesystem::resize_file(path, ImageLimits{}.bytes + 1);  // takes no room on the disk
  CHECK(error_reading(path) == fmt::format("'{}' has 268435457 bytes: expected a PNG, JPEG, WebP, "
                                           "GIF, TIFF, BMP or PNM image of at most 268435456",
                                           path.string()));
}

TEST_CASE("a file that may not be read is told", "[image]") {
  if (::geteuid() == 0) return;  // root may read everything
  const TemporaryFolder folder;
  write_bytes(folder / "it", encode_png(GreyImage(1, 1)));
  std::filesystem::permissions(folder / "it", std::filesystem::perms::none);
  CHECK(contains(error_reading(folder / "it"), "Permission denied"));
}

}  // namespace
}  // namespace mnist
