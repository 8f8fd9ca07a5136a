// libjpeg's headers do not include what they need, in this order.
#include <cstdio>
//
#include <jpeglib.h>
//
#include <jerror.h>

#include <array>
#include <csetjmp>
#include <string_view>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/exif.hpp"

namespace mnist {
namespace {

/// A progressive picture has at most some ten scans. Each costs as much as a whole picture, however
/// few bytes it has.
constexpr int kMostScans = 200;

/// Whether libjpeg's warning says that it went on with a guess.
bool means_damage(int warning) { return warning != JWRN_JFIF_MAJOR && warning != JWRN_ADOBE_XFORM; }

/// The grey of a row of CMYK pixels. Adobe's programs store how much light each ink lets through,
/// others how much ink there is.
void cmyk_to_grey(const JSAMPLE* row, bool adobe, JDIMENSION width, std::uint8_t* grey) {
  const auto light = [adobe](JSAMPLE value) { return adobe ? value : JSAMPLE(255 - value); };
  for (JDIMENSION x = 0; x < width; ++x, row += 4) {
    grey[x] = scale_byte(luma(light(row[0]), light(row[1]), light(row[2])), light(row[3]));
  }
}

class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes) : bytes_(bytes) {
    jpeg_.err = jpeg_std_error(&errors_);
    jpeg_.client_data = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }

  GreyImage read(std::uint64_t most_pixels) {
    guard([this] { read_header(); });
    check_dimensions(jpeg_.image_width, jpeg_.image_height, most_pixels);
    GreyImage image(static_cast<int>(jpeg_.image_width), static_cast<int>(jpeg_.image_height));
    read_pixels(image);
    const int turned = orientation();
    guard([this] { jpeg_finish_decompress(&jpeg_); });
    return upright(std::move(image), turned);
  }

 private:
  /// libjpeg leaves an error by longjmp, over the frames of `step`: these must have no destructors.
  template <typename Step>
  void guard(Step step) {
    if (setjmp(on_error_)) throw Error("expected a whole picture, found: {}", message_.data());
    step();
  }

  void read_header() {
    jpeg_create_decompress(&jpeg_);
    jpeg_.progress = &progress_;
    progress_.progress_monitor = on_progress;
    jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes_.data()),
                 static_cast<unsigned long>(bytes_.size()));
    jpeg_read_header(&jpeg_, TRUE);
  }

  void read_pixels(GreyImage& image) {
    const bool cmyk = jpeg_.num_components == 4;
    jpeg_.out_color_space = cmyk ? JCS_CMYK : JCS_GRAYSCALE;
    std::vector<JSAMPLE> cmyk_row(cmyk ? std::size_t{4} * jpeg_.image_width : 0);
    guard([&] {
      jpeg_start_decompress(&jpeg_);
      while (jpeg_.output_scanline < jpeg_.output_height) {
        std::uint8_t* grey = image.row(static_cast<int>(jpeg_.output_scanline));
        JSAMPROW row = cmyk ? cmyk_row.data() : grey;
        jpeg_read_scanlines(&jpeg_, &row, 1);
        if (cmyk) cmyk_to_grey(row, jpeg_.saw_Adobe_marker, jpeg_.output_width, grey);
      }
    });
  }

  int orientation() const {
    using namespace std::string_view_literals;
    constexpr std::string_view kExif = "Exif\0\0"sv;
    for (auto marker = jpeg_.marker_list; marker; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(kExif)) {
        return exif_orientation(std::as_bytes(std::span(data.substr(kExif.size()))));
      }
    }
    return 1;
  }

  [[noreturn]] static void on_error(j_common_ptr jpeg) {
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    std::array<char, JMSG_LENGTH_MAX> message{};
    jpeg->err->format_message(jpeg, message.data());
    reader.leave(message.data());
  }

  static void on_message(j_common_ptr jpeg, int level) {
    if (level < 0 && means_damage(jpeg->err->msg_code)) on_error(jpeg);
  }

  static void on_progress(j_common_ptr jpeg) {
    auto& reader = *static_cast<JpegReader*>(jpeg->client_data);
    if (reader.jpeg_.input_scan_number > kMostScans) reader.leave("too many scans");
  }

  [[noreturn]] void leave(const char* message) {
    std::snprintf(message_.data(), message_.size(), "%s", message);
    std::longjmp(on_error_, 1);
  }

  std::span<const std::byte> bytes_;
  std::array<char, JMSG_LENGTH_MAX> message_{};
  std::jmp_buf on_error_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

}  // namespace

GreyImage decode_jpeg(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  return JpegReader(bytes).read(most_pixels);
}

}  // namespace mnist
