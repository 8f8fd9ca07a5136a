#include "mnist/image/formats.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "mnist/image/decoders.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

template <const std::string_view&... starts>
bool begins_with(std::string_view bytes) {
  return (bytes.starts_with(starts) || ...);
}

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n"sv;
constexpr std::string_view kJpeg = "\xff\xd8\xff"sv;
constexpr std::string_view kGif87 = "GIF87a"sv, kGif89 = "GIF89a"sv;
constexpr std::string_view kBmp = "BM"sv;
constexpr std::string_view kTiffLittle = "II*\0"sv, kTiffBig = "MM\0*"sv;
constexpr std::string_view kBigTiffLittle = "II+\0"sv, kBigTiffBig = "MM\0+"sv;

bool begins_as_webp(std::string_view bytes) {
  return bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv;
}

/// "P5" alone may as well be a text's first word.
bool begins_as_pnm(std::string_view bytes) {
  return bytes.size() >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         (bytes[2] == '#' || std::isspace(static_cast<unsigned char>(bytes[2])));
}

constexpr std::array kPngEndings{".png"sv};
constexpr std::array kJpegEndings{".jpg"sv, ".jpeg"sv, ".jpe"sv, ".jfif"sv};
constexpr std::array kWebpEndings{".webp"sv};
constexpr std::array kGifEndings{".gif"sv};
constexpr std::array kTiffEndings{".tif"sv, ".tiff"sv};
constexpr std::array kBmpEndings{".bmp"sv};
constexpr std::array kPnmEndings{".pnm"sv, ".pgm"sv, ".ppm"sv, ".pbm"sv};

constexpr std::array kFormats{
    PictureFormat{"PNG", begins_with<kPng>, kPngEndings, decode_png},
    PictureFormat{"JPEG", begins_with<kJpeg>, kJpegEndings, decode_jpeg},
    PictureFormat{"WebP", begins_as_webp, kWebpEndings, decode_webp},
    PictureFormat{"GIF", begins_with<kGif87, kGif89>, kGifEndings, decode_gif},
    PictureFormat{"TIFF", begins_with<kTiffLittle, kTiffBig, kBigTiffLittle, kBigTiffBig>,
                  kTiffEndings, decode_tiff},
    PictureFormat{"BMP", begins_with<kBmp>, kBmpEndings, decode_bmp},
    PictureFormat{"PNM", begins_as_pnm, kPnmEndings, decode_pnm},
};

}  // namespace

std::span<const PictureFormat> picture_formats() { return kFormats; }

std::string picture_format_names(std::string_view last) {
  std::string names(kFormats.front().name);
  for (std::size_t i = 1; i < kFormats.size(); ++i) {
    names += i + 1 < kFormats.size() ? ", "sv : " "sv;
    if (i + 1 == kFormats.size()) names.append(last).append(" ");
    names += kFormats[i].name;
  }
  return names;
}

const PictureFormat* find_picture_format(std::string_view bytes) {
  const auto* const found = std::ranges::find_if(
      kFormats, [&](const PictureFormat& format) { return format.begins(bytes); });
  return found == kFormats.end() ? nullptr : found;
}

bool has_pictures_name(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kFormats, [&](const PictureFormat& format) {
    return std::ranges::find(format.endings, ending) != format.endings.end();
  });
}

}  // namespace mnist
