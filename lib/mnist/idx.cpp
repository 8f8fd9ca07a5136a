#include "mnist/idx.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/sha256.hpp"

namespace mnist {
namespace {

constexpr std::uint32_t kImagesMagic = 0x0803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLabelsMagic = 0x0801;  // unsigned bytes, one dimension
constexpr std::uint32_t kSide = 28;
constexpr std::size_t kLongestHeader = 16;  // bytes

std::vector<std::uint32_t> expected_header(const IdxFile& file) {
  const auto count = static_cast<std::uint32_t>(file.count);
  if (file.kind == IdxFile::Kind::kImages) return {kImagesMagic, count, kSide, kSide};
  return {kLabelsMagic, count};
}

std::string describe(const IdxFile& file) {
  return file.kind == IdxFile::Kind::kImages ? fmt::format("{} images of 28x28 pixels", file.count)
                                             : fmt::format("{} labels", file.count);
}

std::vector<std::uint32_t> big_endian_words(std::span<const char> bytes) {
  std::vector<std::uint32_t> words(bytes.size() / 4);
  for (size_t i = 0; i < 4 * words.size(); ++i) {
    words[i / 4] = words[i / 4] << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return words;
}

/// A file that is there may still be another kind of file; this says which, where it can be told.
std::string describe_header(std::span<const char> start) {
  const std::string_view bytes(start.data(), start.size());
  if (bytes.starts_with("\x1f\x8b")) return "a gzip file (unpack it with gunzip)";
  if (start.size() < kLongestHeader) return fmt::format("only {} bytes", start.size());
  const std::vector<std::uint32_t> words = big_endian_words(start);
  if (words[0] == kLabelsMagic) {
    return fmt::format("an IDX file of {} labels", words[1]);
  }
  if (words[0] == kImagesMagic) {
    return fmt::format("an IDX file of {} images of {}x{} pixels", words[1], words[2], words[3]);
  }
  return fmt::format("a file that begins with 0x{:08x}, not with 0x{:08x} or 0x{:08x}", words[0],
                     kImagesMagic, kLabelsMagic);
}

RegularFile open_idx_file(const std::filesystem::path& path, const IdxFile& file) {
  try {
    return RegularFile(path);
  } catch (const NoRegularFile& error) {
    throw Error("'{}' is {}: expected {}{}", path.string(), error.found(), describe(file),
                error.found() == "not there" ? " (script/fetch-data brings MNIST)" : "");
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", path.string(), error.what());
  }
}

void read(RegularFile& file, std::span<char> bytes, const std::filesystem::path& path) {
  try {
    file.read(bytes);
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", path.string(), error.what());
  }
}

void check_labels(std::span<const char> labels, const std::filesystem::path& path) {
  const auto bad = std::ranges::find_if(
      labels, [](char label) { return static_cast<unsigned char>(label) > 9; });
  if (bad != labels.end()) {
    throw Error("'{}' has label {} at index {}: expected 0 to 9", path.string(),
                static_cast<unsigned char>(*bad), bad - labels.begin());
  }
}

}  // namespace

std::string check_idx_file(const std::filesystem::path& folder, const IdxFile& file) {
  const std::filesystem::path path = folder / file.name;
  const std::vector<std::uint32_t> header = expected_header(file);
  const size_t header_size = 4 * header.size();
  const bool images = file.kind == IdxFile::Kind::kImages;
  const size_t expected =
      header_size + static_cast<size_t>(file.count) * (images ? kSide * kSide : 1);

  RegularFile opened = open_idx_file(path, file);
  const std::uint64_t size = opened.size();
  std::vector<char> bytes(std::min<std::uint64_t>(size, kLongestHeader));
  read(opened, bytes, path);
  if (const auto words = big_endian_words(bytes);
      words.size() < header.size() || !std::equal(header.begin(), header.end(), words.begin())) {
    throw Error("'{}' is not {} in IDX format: found {}", path.string(), describe(file),
                describe_header(bytes));
  }
  if (size != expected) {
    throw Error("'{}' has {} bytes: expected {} for {}", path.string(), size, expected,
                describe(file));
  }
  const std::size_t done = bytes.size();
  bytes.resize(expected);
  read(opened, std::span(bytes).subspan(done), path);
  if (!images) check_labels(std::span(bytes).subspan(header_size), path);
  return sha256(bytes);
}

}  // namespace mnist
