#include "mnist/image/other_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "mnist/image/formats.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

/// What people hand in, by its first bytes at an offset.
struct OtherKind {
  std::size_t offset;
  std::string_view start;
  std::string_view name;
  /// The command that makes a picture of it that is read, {0} of file names to {1}; its endings.
  std::string_view command = {}, from = {}, to = {};
};

constexpr std::string_view kHeif = "heif-convert {0} {1}";
constexpr std::array kOtherKinds{
    OtherKind{4, "ftypavi"sv, "an AVIF image", kHeif, ".avif", ".jpg"},
    OtherKind{4, "ftyphei"sv, "an HEIC image", kHeif, ".heic", ".jpg"},
    OtherKind{4, "ftyphev"sv, "an HEIC image", kHeif, ".heic", ".jpg"},
    OtherKind{4, "ftypmif1"sv, "an HEIF image", kHeif, ".heif", ".jpg"},
    OtherKind{4, "ftypmsf1"sv, "an HEIF image", kHeif, ".heif", ".jpg"},
    OtherKind{0, "\0\0\0\x0cJXL "sv, "a JPEG XL image", "djxl {0} {1}", ".jxl", ".png"},
    OtherKind{0, "\xff\x0a"sv, "a JPEG XL image", "djxl {0} {1}", ".jxl", ".png"},
    OtherKind{0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 image", "opj_decompress -i {0} -o {1}", ".jp2",
              ".png"},
    OtherKind{0, "\0\0\x01\0"sv, "an icon"},
    OtherKind{0, "8BPS"sv, "a Photoshop document"},
    OtherKind{0, "\0\0\x08\x03"sv, "an IDX file of images"},
    OtherKind{0, "\0\0\x08\x01"sv, "an IDX file of labels"},
    OtherKind{0, "%PDF"sv, "a PDF document"},
    OtherKind{0, "\x1f\x8b"sv, "a gzip file (unpack it with gunzip)"},
    OtherKind{0, "PK\x03\x04"sv, "a zip file, such as a TorchScript model"},
    OtherKind{0,
              "\x7f"
              "ELF"sv,
              "a program"},
};

bool is_text(std::string_view start) {
  return std::ranges::all_of(start, [](unsigned char byte) {
    return byte >= 0x80 || std::isprint(byte) || std::isspace(byte);
  });
}

std::string describe_text(std::string_view start) {
  std::string lower;
  for (const char byte : start) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  }
  if (lower.find("<!doctype html") != std::string::npos ||
      lower.find("<html") != std::string::npos) {
    return "an HTML page";
  }
  if (lower.find("<svg") != std::string::npos) return "an SVG drawing";
  return "text";
}

std::string describe_unknown(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 512);
  if (is_text(start)) return describe_text(start);
  std::string hexadecimal;
  for (const char byte : bytes.substr(0, 4)) {
    hexadecimal += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return fmt::format("a file that begins with 0x{}", hexadecimal);
}

/// A word of a shell's command line.
std::string quoted(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](unsigned char c) {
    return c >= 0x80 || std::isalnum(c) ||
           "_-./+,:@%="sv.find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

/// The standard input has no name that a command could take.
std::string conversion(const OtherKind& kind, std::string_view name) {
  std::filesystem::path from(name);
  if (!from.has_extension()) from = "IMAGE" + std::string(kind.from);
  std::filesystem::path to = from;
  to.replace_extension(kind.to);
  return fmt::format(fmt::runtime(kind.command), quoted(from.string()), quoted(to.string()));
}

}  // namespace

std::string expected_picture() { return fmt::format("a {} image", picture_format_names()); }

std::string describe_other_kind(std::string_view bytes, std::string_view name) {
  const auto* const kind = std::ranges::find_if(kOtherKinds, [&](const OtherKind& other) {
    return bytes.size() > other.offset && bytes.substr(other.offset).starts_with(other.start);
  });
  if (kind != kOtherKinds.end() && !kind->command.empty()) {
    return fmt::format("'{}' is {}: convert it to JPEG or PNG first, for instance with {}", name,
                       kind->name, conversion(*kind, name));
  }
  return fmt::format("'{}' is {}: expected {}", name,
                     kind != kOtherKinds.end() ? std::string(kind->name) : describe_unknown(bytes),
                     expected_picture());
}

}  // namespace mnist
