// A libFuzzer harness: whatever the bytes, reading a picture and finding its digits gives digits or
// an Error. The limits keep each try short.
//
//   clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -DFMT_HEADER_ONLY -Ilib
//     tests/fuzz/image_fuzz.cpp lib/mnist/image/*.cpp lib/mnist/files/read_file.cpp -lgif -ljpeg
//     -lpng -ltiff -lwebp -lwebpdemux -lz -o image_fuzz
//   ./image_fuzz FOLDER_FOR_FINDINGS tests/fuzz/corpus/image

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mnist/error.hpp"
#include "mnist/image/digits.hpp"
#include "mnist/image/read_image.hpp"

namespace {

/// Makes the checksums of a PNG's chunks right, since a mutation would not get past them.
void repair_checksums(std::span<std::uint8_t> png) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAround = 12;  // a chunk's length, type and checksum
  for (std::size_t at = kSignature; at + kAround <= png.size();) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | png[at + i];
    if (length > png.size() - at - kAround) return;
    const auto sum = crc32(0, &png[at + 4], static_cast<unsigned>(length + 4));
    for (std::size_t i = 0; i < 4; ++i) {
      png[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    }
    at += kAround + length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> bytes(data, data + size);
  if (size > 0 && bytes[0] == 0x89) repair_checksums(bytes);
  try {
    mnist::find_digits(mnist::decode_image(std::as_bytes(std::span(bytes)), "fuzz",
                                           {.bytes = 1 << 16, .pixels = 1 << 14}));
  } catch (const mnist::Error&) {
  }
  return 0;
}
