#include "mnist/files/npz.hpp"

#include <utility>

#include "mnist/error.hpp"
#include "mnist/files/npy_header.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/zip_archive.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kEnding = ".npy";
constexpr std::string_view kMagic = "\x93NUMPY"sv;
/// NumPy's own limit is 10,000 characters.
constexpr std::uint64_t kMostHeaderBytes = std::uint64_t{1} << 16;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

/// What an .npy file holds.
NpyArray parse_npy(std::string file, std::uint64_t most) {
  if (!file.starts_with(kMagic)) throw Error("it does not begin as NumPy's arrays do");
  std::string_view rest(file);
  const auto take = [&](std::uint64_t count) {
    if (count > rest.size()) throw Error("it ends within its header");
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  };
  const int version = take(8).substr(6).front();
  if (version < 1 || version > 3) {
    throw Error("its format's version is {}: expected 1 to 3", version);
  }
  const std::uint64_t length = little_endian(take(version == 1 ? 2 : 4));
  if (length > kMostHeaderBytes) throw Error("its header has {} bytes", length);
  NpyArray array = parse_npy_header(take(length));
  const std::uint64_t size = byte_size(array, most);
  if (size != rest.size()) {
    throw Error("it has {} bytes for its elements: expected {}", rest.size(), size);
  }
  file.erase(0, file.size() - rest.size());
  array.bytes = std::move(file);
  return array;
}

}  // namespace

std::map<std::string, NpyArray> parse_npz(std::string_view bytes, const NpzLimits& limits) {
  if (!bytes.starts_with(kZipMagic)) throw Error("it is no zip archive, as NumPy's .npz files are");
  const ZipArchive archive(bytes);
  std::map<std::string, NpyArray> arrays;
  std::uint64_t left = limits.array_bytes;
  for (const std::string& member : archive.names()) {
    if (!member.ends_with(kEnding)) continue;
    const std::string name = member.substr(0, member.size() - kEnding.size());
    try {
      NpyArray array = parse_npy(archive.read(member, left + kMostHeaderBytes), left);
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
