#include "mnist/files/npz.hpp"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <span>

#include "mnist/error.hpp"
#include "mnist/files/npy_header.hpp"
#include "mnist/files/read_file.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kEnding = ".npy";
constexpr std::string_view kMagic = "\x93NUMPY"sv;
/// Deflate packs 258 bytes into two bits at best.
constexpr std::uint64_t kMostRatio = 1032;
/// NumPy's own limit is 10,000 characters.
constexpr std::uint64_t kMostHeaderBytes = std::uint64_t{1} << 16;

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct Close {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

/// What a zip error says. It is to be freed.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error_); }

  zip_error_t* get() { return &error_; }
  std::string text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_{};
};

/// Reads `bytes` where they are.
Archive open_archive(std::string_view bytes) {
  ZipError error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get());
  if (!source) throw Error("{}", error.text());
  Archive archive(zip_open_from_source(source, ZIP_RDONLY, error.get()));
  if (!archive) {
    zip_source_free(source);
    throw Error("it is no whole zip archive: {}", error.text());
  }
  return archive;
}

/// One file in an archive, read from its beginning.
class Member {
 public:
  Member(zip_t* archive, const zip_stat_t& stat)
      : file_(zip_fopen_index(archive, stat.index, 0)), left_(stat.size) {
    if (!file_) throw Error("it cannot be unpacked: {}", zip_strerror(archive));
  }

  std::uint64_t left() const { return left_; }

  std::string read(std::uint64_t count) {
    if (count > left_) throw Error("it ends too early");
    std::string bytes(count, '\0');
    for (std::uint64_t done = 0; done < count;) {
      const zip_int64_t more = zip_fread(file_.get(), bytes.data() + done, count - done);
      if (more <= 0) fail();
      done += static_cast<std::uint64_t>(more);
    }
    left_ -= count;
    return bytes;
  }

  /// The checksum is compared where the end is read.
  void check_end() {
    char beyond = 0;
    if (left_ != 0 || zip_fread(file_.get(), &beyond, 1) != 0) fail();
  }

 private:
  [[noreturn]] void fail() { throw Error("it is damaged: {}", zip_file_strerror(file_.get())); }

  std::unique_ptr<zip_file_t, Close> file_;
  std::uint64_t left_;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

/// Before anything is unpacked: a promise of more than the packed bytes can hold is a lie.
void check_packing(const zip_stat_t& stat, std::size_t file_size) {
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  if ((stat.valid & needed) != needed || stat.comp_size > file_size) {
    throw Error("its size is not known");
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    throw Error("it is packed by method {}: expected deflate, or none", stat.comp_method);
  }
  if (stat.size / kMostRatio > stat.comp_size + 1) {
    throw Error("its {} bytes cannot unpack to {}", stat.comp_size, stat.size);
  }
}

NpyArray read_array(zip_t* archive, const zip_stat_t& stat, std::uint64_t most) {
  Member member(archive, stat);
  const std::string start = member.read(8);
  if (!start.starts_with(kMagic)) throw Error("it does not begin as NumPy's arrays do");
  const int version = start[6];
  if (version < 1 || version > 3)
    throw Error("its format's version is {}: expected 1 to 3", version);
  const std::uint64_t length = little_endian(member.read(version == 1 ? 2 : 4));
  if (length > kMostHeaderBytes) throw Error("its header has {} bytes", length);
  NpyArray array = parse_npy_header(member.read(length));
  const std::uint64_t size = byte_size(array, most);
  if (size != member.left()) {
    throw Error("it has {} bytes for its elements: expected {}", member.left(), size);
  }
  array.bytes = member.read(size);
  member.check_end();
  return array;
}

}  // namespace

std::map<std::string, NpyArray> parse_npz(std::string_view bytes, const NpzLimits& limits) {
  if (!bytes.starts_with(kZipMagic)) throw Error("it is no zip archive, as NumPy's .npz files are");
  const Archive archive = open_archive(bytes);
  std::map<std::string, NpyArray> arrays;
  std::uint64_t left = limits.array_bytes;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0) {
      throw Error("it is damaged: {}", zip_strerror(archive.get()));
    }
    std::string name = stat.name;
    if (!name.ends_with(kEnding)) continue;
    name.resize(name.size() - kEnding.size());
    try {
      check_packing(stat, bytes.size());
      NpyArray array = read_array(archive.get(), stat, left);
      left -= array.bytes.size();
      arrays.insert_or_assign(name, std::move(array));
    } catch (const Error& error) {
      throw Error("its array '{}' cannot be read: {}", name, error.what());
    }
  }
  return arrays;
}

std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path,
                                         const NpzLimits& limits) {
  return parse_npz(read_file(path, limits.file_bytes), limits);
}

}  // namespace mnist
