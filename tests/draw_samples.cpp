// draw_samples pictures FOLDER: draws the README's pictures of digits.
// draw_samples corpus FOLDER: writes what the fuzzer of tests/fuzz begins with.

#include <cmath>
#include <cstdio>
// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
#include <png.h>

#include <exception>
#include <filesystem>
#include <iostream>

#include "pen.hpp"
#include "pictures.hpp"

namespace {

using namespace mnist;

/// Half of the picture in the shadow of a hand.
void cast_shadow(RgbImage& picture) {
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double depth = (x + 0.6 * y - 0.7 * picture.width) / 12;
      const double light = 1 - 0.35 / (1 + std::exp(-depth));
      for (auto& value : picture.at(x, y)) value = static_cast<std::uint8_t>(value * light);
    }
  }
}

/// Chalk leaves gaps.
void rub(FloatImage& ink, Random& random) {
  for (float& value : ink.pixels) value *= random() % 4 == 0 ? 0.55F : 1;
}

void save(const std::filesystem::path& path, const RgbImage& picture) {
  write_bytes(path, encode_jpeg(picture, {.quality = 80}));
}

/// The seeds choose the colours of paper and pen.
void draw_pictures(const std::filesystem::path& folder) {
  const PictureOptions paper{
      .invert = true, .paper = true, .light = true, .pen = true, .noise = true};
  Random random(1);
  FloatImage ink(360, 300);
  write_digit(ink, 4, 130, 70, 150, {.width = 6, .slant = 0.15});
  RgbImage picture = photograph(ink, paper, random);
  cast_shadow(picture);
  save(folder / "pencil.jpg", picture);

  random.seed(2);
  ink = FloatImage(300, 300);
  write_digit(ink, 7, 90, 60, 180, {.width = 14, .slant = 0.1});
  rub(ink, random);
  save(folder / "chalk.jpg", photograph(ink, paper, random));

  random.seed(1);
  ink = FloatImage(240, 280);
  write_digit(ink, 3, 60, 50, 180, {.width = 32});
  save(folder / "marker.jpg", photograph(ink, paper, random));

  random.seed(5);
  ink = FloatImage(620, 180);
  double x = 40;
  for (const int digit : {2, 7, 1, 8, 2, 8}) {
    const double y = 45 + static_cast<double>(random() % 15);
    write_digit(ink, digit, x, y, 80, {.width = 7, .slant = 0.12});
    x += 88 + static_cast<double>(random() % 12);
  }
  save(folder / "line.jpg", photograph(ink, paper, random));
}

void write_corpus(const std::filesystem::path& folder) {
  FloatImage ink(48, 24);
  write_digit(ink, 4, 6, 4, 16, {.width = 2});
  write_digit(ink, 2, 28, 4, 16, {.width = 2});
  const GreyImage grey = on_paper(ink, 230, 40);
  RgbImage colour(grey.width, grey.height);
  Image<std::array<std::uint8_t, 4>> cmyk(grey.width, grey.height);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    colour.pixels[i] = {grey.pixels[i], grey.pixels[i], 255};
    cmyk.pixels[i] = {255, grey.pixels[i], grey.pixels[i], 255};
  }
  RawPng raw{.width = grey.width, .height = grey.height, .samples = grey.pixels};
  const auto add = [&](const char* name, const Bytes& bytes) { write_bytes(folder / name, bytes); };
  add("grey.png", encode_png(grey));
  add("colour.png", encode_png(colour));
  raw.interlaced = true, raw.exif = exif_with_orientation(6, true);
  add("interlaced.png", encode_png(raw));
  raw.bit_depth = 16, raw.width /= 2, raw.transparent = {230 * 257};
  add("sixteen_bits.png", encode_png(raw));
  raw = {.width = 48, .height = 24, .bit_depth = 1, .color_type = PNG_COLOR_TYPE_PALETTE};
  raw.palette = {{255, 255, 255}, {0, 0, 90}}, raw.palette_alpha = {0};
  raw.samples.assign(48 / 8 * 24, 0x10);
  add("palette.png", encode_png(raw));
  add("grey.jpg", encode_jpeg(grey));
  add("colour.jpg", encode_jpeg(colour, {.exif = exif_with_orientation(8, false)}));
  add("progressive.jpg", encode_jpeg(colour, {.progressive = true}));
  add("cmyk.jpg", encode_jpeg(cmyk, {.stored = JCS_CMYK}));
  add("ycck.jpg", encode_jpeg(cmyk, {.progressive = true, .stored = JCS_YCCK}));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 3 ? argv[1] : "";
  try {
    if (what != "pictures" && what != "corpus") {
      std::cerr << "usage: draw_samples pictures|corpus FOLDER\n";
      return 2;
    }
    std::filesystem::create_directories(argv[2]);
    (what == "pictures" ? draw_pictures : write_corpus)(argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "draw_samples: " << error.what() << '\n';
    return 1;
  }
}
