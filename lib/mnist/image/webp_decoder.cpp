#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/decoders.hpp"
#include "mnist/image/exif.hpp"
#include "mnist/image/transparency.hpp"

namespace mnist {
namespace {

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxerDeleter>;

/// The first picture of an animation, the only one of others.
class Frame {
 public:
  explicit Frame(const WebPDemuxer* demuxer) {
    if (!WebPDemuxGetFrame(demuxer, 1, &frame_)) throw Error("expected a picture, found none");
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  ~Frame() { WebPDemuxReleaseIterator(&frame_); }
  const WebPIterator* operator->() const { return &frame_; }

 private:
  WebPIterator frame_{};
};

const char* message_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "not enough memory";
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return kCutOff;
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "expected a whole picture, found an unknown feature";
    default:
      return "expected a whole picture, found damage";
  }
}

/// RGB, or RGBA where there is alpha.
std::vector<std::uint8_t> samples_of(const Frame& frame, std::size_t channels) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw Error("expected another version of libwebp");
  const std::size_t row_size = static_cast<std::size_t>(frame->width) * channels;
  std::vector<std::uint8_t> samples(row_size * static_cast<std::size_t>(frame->height));
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {samples.data(), static_cast<int>(row_size), samples.size()};
  const VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
  if (status != VP8_STATUS_OK) throw Error("{}", message_of(status));
  return samples;
}

GreyImage read_first_picture(const WebPDemuxer* demuxer, std::uint64_t most_pixels) {
  const auto width = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
  const auto height = WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
  check_dimensions(width, height, most_pixels);
  const Frame frame(demuxer);
  check_dimensions(static_cast<std::uint64_t>(frame->width),
                   static_cast<std::uint64_t>(frame->height), most_pixels);
  if (frame->width > static_cast<int>(width) - frame->x_offset ||
      frame->height > static_cast<int>(height) - frame->y_offset) {
    throw Error("expected a picture within {}x{} pixels, found {}x{}", width, height, frame->width,
                frame->height);
  }
  const std::size_t channels = frame->has_alpha ? 4 : 3;
  const std::vector<std::uint8_t> samples = samples_of(frame, channels);
  GreyImage image(static_cast<int>(width), static_cast<int>(height), 255);
  GreyImage alpha(image.width, image.height, 0);
  const std::uint8_t* sample = samples.data();
  for (int y = 0; y < frame->height; ++y) {
    std::uint8_t* const grey_row = image.row(frame->y_offset + y) + frame->x_offset;
    std::uint8_t* const alpha_row = alpha.row(frame->y_offset + y) + frame->x_offset;
    for (int x = 0; x < frame->width; ++x, sample += channels) {
      grey_row[x] = luma(sample[0], sample[1], sample[2]);
      alpha_row[x] = channels == 4 ? sample[3] : 255;
    }
  }
  image = over_canvas(std::move(image), alpha);
  return image;
}

int orientation_of(const WebPDemuxer* demuxer) {
  using namespace std::string_view_literals;
  constexpr std::string_view kExif = "Exif\0\0"sv;  // some programs write it as in JPEG
  WebPChunkIterator chunk{};
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
    std::string_view data(reinterpret_cast<const char*>(chunk.chunk.bytes), chunk.chunk.size);
    if (data.starts_with(kExif)) data.remove_prefix(kExif.size());
    orientation = exif_orientation(std::as_bytes(std::span(data)));
  }
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

}  // namespace

GreyImage decode_webp(std::span<const std::byte> bytes, std::uint64_t most_pixels) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  const Demuxer demuxer(WebPDemux(&data));
  if (!demuxer) throw Error("expected a whole picture, found one that is damaged or ends early");
  return upright(read_first_picture(demuxer.get(), most_pixels), orientation_of(demuxer.get()));
}

}  // namespace mnist
