#include <cstdint>
#include <cstring>
#include <string>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/safetensors.hpp"

using namespace mnist;

namespace {

/// A file with this header and data, its length in front.
std::string file_of(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

std::string refusal_of(const std::string& bytes) {
  return error_of([&] { parse_safetensors(bytes); });
}

std::string message_of_tensor(const std::string& entry) {
  return refusal_of(file_of("{\"t\": {" + entry + "}}", "12345678"));
}

}  // namespace

TEST_CASE("tensors and metadata come back from a safetensors file", "[safetensors]") {
  const std::string numbers = "abcdefghijkl", empty;
  const Safetensors file{{{"a", {"F32", {3, 1}, numbers}}, {"b", {"U8", {0, 4}, empty}}},
                         {{"key", "a \"value\""}}};
  const std::string bytes = to_bytes(file);
  const Safetensors found = parse_safetensors(bytes);
  CHECK(found.metadata == file.metadata);
  CHECK(found.tensors.at("a").dtype == "F32");
  CHECK(found.tensors.at("a").shape == std::vector<std::int64_t>{3, 1});
  CHECK(found.tensors.at("a").bytes == numbers);
  CHECK(found.tensors.at("b").bytes.empty());
}

TEST_CASE("a file as others write it is read", "[safetensors]") {
  const std::string bytes =
      file_of(R"({"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}   )", "12345678");
  CHECK(parse_safetensors(bytes).tensors.at("x").bytes == "12345678");
}

TEST_CASE("a header that promises more than there is is refused", "[safetensors]") {
  CHECK(contains(refusal_of("1234567"), "ends within its first 8 bytes"));
  CHECK(contains(refusal_of(std::string(8, '\xff') + "{}"), "header is to have"));
  CHECK(contains(refusal_of(file_of("not JSON")), "not that of a safetensors file"));
  CHECK(contains(refusal_of(file_of("[1]")), "not that of a safetensors file"));
  CHECK_FALSE(message_of_tensor(R"("dtype": "F32", "shape": [2])").empty());
  CHECK(contains(message_of_tensor(R"("dtype": "F8", "shape": [8], "data_offsets": [0, 8])"),
                 "unknown type 'F8'"));
  CHECK(contains(message_of_tensor(R"("dtype": "F32", "shape": [-2], "data_offsets": [0, 8])"),
                 "impossible size -2"));
  CHECK(contains(message_of_tensor(R"("dtype": "F32", "shape": [4294967296, 4294967296],
                                      "data_offsets": [0, 8])"),
                 "impossible size"));
  CHECK(contains(message_of_tensor(R"("dtype": "F32", "shape": [3], "data_offsets": [0, 12])"),
                 "bytes 0 to 12"));
  CHECK(contains(message_of_tensor(R"("dtype": "F32", "shape": [1], "data_offsets": [8, 4])"),
                 "bytes 8 to 4"));
}
