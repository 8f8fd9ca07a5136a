#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mnist::onnx {

/// A protobuf message while it is written, field after field, each with its number in the `.proto`.
/// Linking libprotobuf is no choice: LibTorch has one inside, and two in a process clash.
/// The wire format: https://protobuf.dev/programming-guides/encoding
class Message {
 public:
  /// int32, int64, enum.
  void integer(int field, std::int64_t value);
  /// float, double.
  void number(int field, float value);
  void number(int field, double value);
  /// string, bytes, or the bytes of a message within this one.
  void bytes(int field, std::string_view value);
  void message(int field, const Message& value) { bytes(field, value.bytes_); }
  /// repeated int64, packed.
  void integers(int field, const std::vector<std::int64_t>& values);

  std::string take() && { return std::move(bytes_); }

 private:
  enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };
  void varint(std::uint64_t value);
  void tag(int field, Wire wire);
  template <typename Bits>
  void fixed(Bits bits);

  std::string bytes_;
};

}  // namespace mnist::onnx
