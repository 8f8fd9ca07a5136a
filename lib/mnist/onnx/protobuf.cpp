#include "mnist/onnx/protobuf.hpp"

#include <bit>
#include <cstddef>

namespace mnist::onnx {

void Message::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  bytes_ += static_cast<char>(value);
}

void Message::tag(int field, Wire wire) {
  varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire));
}

void Message::integer(int field, std::int64_t value) {
  tag(field, Wire::kVarint);
  varint(static_cast<std::uint64_t>(value));
}

template <typename Bits>
void Message::fixed(Bits bits) {
  for (std::size_t byte = 0; byte < sizeof(bits); ++byte) {
    bytes_ += static_cast<char>(bits >> 8 * byte & 0xff);
  }
}

void Message::number(int field, float value) {
  tag(field, Wire::kFixed32);
  fixed(std::bit_cast<std::uint32_t>(value));
}

void Message::number(int field, double value) {
  tag(field, Wire::kFixed64);
  fixed(std::bit_cast<std::uint64_t>(value));
}

void Message::bytes(int field, std::string_view value) {
  tag(field, Wire::kLength);
  varint(value.size());
  bytes_ += value;
}

void Message::integers(int field, const std::vector<std::int64_t>& values) {
  Message packed;
  for (const std::int64_t value : values) packed.varint(static_cast<std::uint64_t>(value));
  message(field, packed);
}

}  // namespace mnist::onnx
