#include "mnist/files/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "mnist/error.hpp"

namespace mnist {
namespace {

constexpr int kGzipOnly = 16;  // added to the window's bits: no bare zlib data
constexpr std::size_t kFirstChunk = std::size_t{1} << 16;

class Inflater {
 public:
  explicit Inflater(std::string_view packed) : rest_(packed) {
    if (::inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) {
      throw Error("zlib could not begin to unpack");
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { ::inflateEnd(&stream_); }

  /// Appends up to `count` bytes to `bytes`, fewer where the data ends.
  void append(std::string& bytes, std::size_t count) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + count);
    std::size_t done = begin;
    while (done < bytes.size() && !ended_) {
      done += step(bytes.data() + done, bytes.size() - done);
    }
    bytes.resize(done);
  }

  bool ended() const { return ended_; }

 private:
  static uInt clamped(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
  }

  std::size_t step(char* to, std::size_t room) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
    stream_.avail_in = clamped(rest_.size());
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = clamped(room);
    const uInt given = stream_.avail_in, wanted = stream_.avail_out;
    const int status = ::inflate(&stream_, Z_NO_FLUSH);
    rest_.remove_prefix(given - stream_.avail_in);
    if (status == Z_STREAM_END) {
      begin_next_member();
    } else if (status == Z_BUF_ERROR || (status == Z_OK && rest_.empty() && stream_.avail_out)) {
      throw Error("its gzip data is cut off");
    } else if (status != Z_OK) {
      throw Error("its gzip data is damaged: {}", stream_.msg ? stream_.msg : ::zError(status));
    }
    return wanted - stream_.avail_out;
  }

  void begin_next_member() {
    ended_ = std::ranges::all_of(rest_, [](char byte) { return byte == 0; });
    if (ended_) return;
    if (!rest_.starts_with(kGzipMagic)) throw Error("something else follows its gzip data");
    ::inflateReset(&stream_);
  }

  std::string_view rest_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

std::string gunzip_beginning(std::string_view packed, std::size_t count) {
  std::string bytes;
  Inflater(packed).append(bytes, count);
  return bytes;
}

std::string gunzip(std::string_view packed, std::uint64_t most) {
  Inflater inflater(packed);
  std::string bytes;
  while (!inflater.ended()) {
    const std::uint64_t room = most + 1 - bytes.size();
    if (room == 0) throw Error("it unpacks to more than {} bytes", most);
    inflater.append(bytes, std::min<std::uint64_t>(room, std::max(bytes.size(), kFirstChunk)));
  }
  if (bytes.size() > most) throw Error("it unpacks to more than {} bytes", most);
  return bytes;
}

}  // namespace mnist
