#include "mnist/data/idx.hpp"

#include <algorithm>
#include <span>

#include "mnist/data/raw_data.hpp"
#include "mnist/error.hpp"
#include "mnist/files/gzip.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/sha256.hpp"

namespace mnist {
namespace {

constexpr std::uint32_t kUnsignedBytes = 0x0800;              // with the number of dimensions below
constexpr std::size_t kLongestHeader = 16;                    // bytes
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;  // of a file, packed or not
constexpr std::uint64_t kMostRatio = 1032;                    // of deflate

std::uint32_t magic_of(IdxKind kind) { return kUnsignedBytes + (kind == IdxKind::kImages ? 3 : 1); }

std::string_view describe(IdxKind kind) { return kind == IdxKind::kImages ? "images" : "labels"; }

std::vector<std::uint32_t> big_endian_words(std::string_view bytes) {
  std::vector<std::uint32_t> words(bytes.size() / 4);
  for (size_t i = 0; i < 4 * words.size(); ++i) {
    words[i / 4] = words[i / 4] << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return words;
}

/// A file that is there may still be another kind of file; this says which, where it can be told.
std::string describe_header(std::string_view start) {
  const std::vector<std::uint32_t> words = big_endian_words(start);
  if (words.size() >= 2 && words[0] == magic_of(IdxKind::kLabels)) {
    return fmt::format("an IDX file of {} labels", words[1]);
  }
  if (start.size() < kLongestHeader) return fmt::format("only {} bytes", start.size());
  if (words[0] == magic_of(IdxKind::kImages)) {
    return fmt::format("an IDX file of {} images of {}x{} pixels", words[1], words[2], words[3]);
  }
  return fmt::format("a file that begins with 0x{:08x}, not with 0x{:08x} or 0x{:08x}", words[0],
                     magic_of(IdxKind::kImages), magic_of(IdxKind::kLabels));
}

std::vector<std::uint32_t> parse_header(std::string_view start, IdxKind kind,
                                        const std::string& name) {
  const std::size_t dimensions = kind == IdxKind::kImages ? 3 : 1;
  std::vector<std::uint32_t> words = big_endian_words(start);
  if (words.size() <= dimensions || words[0] != magic_of(kind)) {
    throw Error("'{}' holds no {} in IDX format: found {}", name, describe(kind),
                describe_header(start));
  }
  std::vector<std::uint32_t> sizes(words.begin() + 1,
                                   words.begin() + 1 + static_cast<std::ptrdiff_t>(dimensions));
  if (kind == IdxKind::kImages) check_square(name, sizes[1], sizes[2]);
  return sizes;
}

std::size_t header_size(const std::vector<std::uint32_t>& sizes) { return 4 * (1 + sizes.size()); }

std::uint64_t elements_of(const std::vector<std::uint32_t>& sizes) {
  std::uint64_t elements = 1;
  for (const std::uint32_t size : sizes) elements *= size;  // 2^32 · 64 · 64 at most
  return elements;
}

void check_size(std::uint64_t size, const std::vector<std::uint32_t>& sizes, IdxKind kind,
                const std::string& name) {
  const std::uint64_t expected = header_size(sizes) + elements_of(sizes);
  if (size == expected) return;
  throw Error("'{}' has {} bytes: expected {} for {} {}", name, size, expected, sizes[0],
              describe(kind));
}

RegularFile open_idx_file(const std::filesystem::path& path, IdxKind kind) {
  try {
    return RegularFile(path);
  } catch (const NoRegularFile& error) {
    throw Error("'{}' is {}: expected {} in IDX format{}", path.string(), error.found(),
                describe(kind),
                error.found() == "not there" ? " (script/fetch-data brings MNIST)" : "");
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", path.string(), error.what());
  }
}

/// The first `size` bytes of a file of which `start` has been read.
std::string read_on(RegularFile& file, std::string start, std::uint64_t size,
                    const std::string& name) {
  try {
    if (size > kMostBytes) {
      throw Error("it has {} bytes, more than the {} it may have", size, kMostBytes);
    }
    const std::size_t done = start.size();
    start.resize(size);
    file.read(std::span(start).subspan(done));
    return start;
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", name, error.what());
  }
}

/// What `unpack_some()` returns; where it throws, the file is named.
template <typename Unpack>
std::string unpacked(const std::string& name, const Unpack& unpack_some) {
  try {
    return unpack_some();
  } catch (const Error& error) {
    throw Error("cannot unpack '{}': {}", name, error.what());
  }
}

IdxFile read_packed(const std::string& packed, IdxKind kind, const std::string& name) {
  const std::string start =
      unpacked(name, [&] { return gunzip_beginning(packed, kLongestHeader); });
  const std::vector<std::uint32_t> sizes = parse_header(start, kind, name);
  const std::uint64_t expected = header_size(sizes) + elements_of(sizes);
  if (expected > kMostBytes || expected / kMostRatio > packed.size()) {
    throw Error("'{}' has {} bytes, which cannot unpack to {} {}", name, packed.size(), sizes[0],
                describe(kind));
  }
  std::string content = unpacked(name, [&] { return gunzip(packed, expected); });
  check_size(content.size(), sizes, kind, name);
  content.erase(0, header_size(sizes));
  return {sizes, std::move(content), sha256(packed)};
}

}  // namespace

IdxFile read_idx(const std::filesystem::path& path, IdxKind kind) {
  const std::string name = path.string();
  RegularFile file = open_idx_file(path, kind);
  std::string start = read_on(file, "", std::min<std::uint64_t>(file.size(), kLongestHeader), name);
  if (start.starts_with(kGzipMagic)) {
    return read_packed(read_on(file, std::move(start), file.size(), name), kind, name);
  }
  const std::vector<std::uint32_t> sizes = parse_header(start, kind, name);
  check_size(file.size(), sizes, kind, name);
  std::string elements = read_on(file, std::move(start), file.size(), name);
  elements.erase(0, header_size(sizes));
  return {sizes, std::move(elements), ""};
}

std::string idx_header(const std::vector<std::uint32_t>& sizes) {
  std::string header;
  const auto append = [&](std::uint32_t word) {
    for (const int shift : {24, 16, 8, 0}) header += static_cast<char>(word >> shift & 0xff);
  };
  append(kUnsignedBytes + static_cast<std::uint32_t>(sizes.size()));
  for (const std::uint32_t size : sizes) append(size);
  return header;
}

}  // namespace mnist
