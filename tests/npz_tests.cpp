#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "errors.hpp"
#include "mnist/files/npz.hpp"
#include "mnist/files/read_file.hpp"
#include "temporary_folder.hpp"

using namespace mnist;
using namespace std::string_literals;

namespace {

const std::filesystem::path kGolden = MNIST_GOLDEN "/npz";

template <typename Element>
std::vector<Element> elements(const NpyArray& array) {
  std::vector<Element> values(array.bytes.size() / sizeof(Element));
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

std::string little_endian(std::uint64_t number, std::size_t size) {
  std::string bytes;
  for (; size > 0; --size, number >>= 8) bytes += static_cast<char>(number & 0xff);
  return bytes;
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/// What an archive says of its one member.
struct Zip {
  std::string name = "a.npy";
  std::string content = "";
  std::uint16_t method = 0;
  std::uint64_t size = content.size();  ///< unpacked
  std::uint16_t entries = 1;
};

/// A zip archive as APPNOTE.TXT of PKWARE describes it.
std::string zip_of(const Zip& zip) {
  const std::string common = little_endian(20, 2) + little_endian(0, 2) +
                             little_endian(zip.method, 2) + little_endian(0, 4) +
                             little_endian(crc32(zip.content), 4) +
                             little_endian(zip.content.size(), 4) + little_endian(zip.size, 4) +
                             little_endian(zip.name.size(), 2) + little_endian(0, 2);
  const std::string local = "PK\3\4" + common + zip.name + zip.content;
  const std::string directory =
      "PK\1\2" + little_endian(20, 2) + common + std::string(14, '\0') + zip.name;
  return local + directory + "PK\5\6" + std::string(4, '\0') + little_endian(zip.entries, 2) +
         little_endian(zip.entries, 2) + little_endian(directory.size(), 4) +
         little_endian(local.size(), 4) + std::string(2, '\0');
}

/// An .npy file with that header.
std::string npy_of(const std::string& header, const std::string& data = "") {
  return "\x93NUMPY\1\0"s + little_endian(header.size(), 2) + header + data;
}

std::string refusal_of_npz(const std::string& bytes, const NpzLimits& limits = {}) {
  return error_of([&] { parse_npz(bytes, limits); });
}

std::string refusal_of_header(const std::string& header, const std::string& data = "") {
  return refusal_of_npz(zip_of({.content = npy_of(header, data)}));
}

std::string with_shape(const std::string& shape) {
  return "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

}  // namespace

TEST_CASE("arrays of numbers come as NumPy wrote them, packed or not", "[npz]") {
  for (const char* name : {"numbers.npz", "packed.npz"}) {
    CAPTURE(name);
    const auto arrays = read_npz(kGolden / name);
    CHECK(arrays.size() == 7);
    CHECK(arrays.at("bytes").descr == "|u1");
    CHECK(arrays.at("bytes").shape == std::vector<std::int64_t>{2, 3});
    CHECK(arrays.at("bytes").bytes == "\0\1\2\3\4\5"s);
    CHECK_FALSE(arrays.at("bytes").fortran_order);
    CHECK(arrays.at("floats").descr == "<f4");
    CHECK(elements<float>(arrays.at("floats")) ==
          std::vector<float>{0, 0.25F, 0.5F, 0.75F, 1, 1.25F});
    CHECK(arrays.at("big").descr == ">i8");
    CHECK(arrays.at("big").bytes.substr(0, 8) == "\xff\xff\xff\xff\xff\xff\xff\xfd");
    CHECK(arrays.at("columns").fortran_order);
    CHECK(elements<double>(arrays.at("columns")) == std::vector<double>{0, 3, 1, 4, 2, 5});
    CHECK(arrays.at("truth").descr == "|b1");
    CHECK(arrays.at("truth").bytes == "\1\0\1\0\1\0"s);
    CHECK(arrays.at("one").shape.empty());
    CHECK(elements<float>(arrays.at("one")) == std::vector<float>{2.5F});
    CHECK(arrays.at("none").shape == std::vector<std::int64_t>{0, 5});
    CHECK(arrays.at("none").bytes.empty());
  }
}

TEST_CASE("arrays that hold no numbers are refused by name", "[npz]") {
  CHECK(contains(error_of([] { read_npz(kGolden / "objects.npz"); }),
                 "array 'a' cannot be read: its elements are Python objects"));
  CHECK(contains(error_of([] { read_npz(kGolden / "records.npz"); }), "elements are records"));
  CHECK(contains(error_of([] { read_npz(kGolden / "texts.npz"); }), "of type '<U4'"));
}

TEST_CASE("an archive that is cut or has a flipped bit is refused", "[npz]") {
  for (const char* name : {"numbers.npz", "packed.npz"}) {
    const std::string whole = read_file(kGolden / name, 1 << 20);
    for (std::size_t size = 0; size < whole.size(); size += 97) {
      CAPTURE(name, size);
      CHECK_FALSE(refusal_of_npz(whole.substr(0, size)).empty());
    }
    std::string flipped = whole;
    flipped[flipped.find("NUMPY") == flipped.npos ? 60 : flipped.find("NUMPY") + 125] ^= 1;
    CHECK_FALSE(refusal_of_npz(flipped).empty());
  }
  CHECK(contains(refusal_of_npz("no archive"), "no zip archive"));
}

TEST_CASE("shapes that cannot be are refused before anything is allocated", "[npz]") {
  CHECK(contains(refusal_of_header(with_shape("(-1,)")), "has the size -1"));
  CHECK(contains(refusal_of_header(with_shape("(4294967296, 4294967296)")), "for more than"));
  CHECK(contains(refusal_of_header(with_shape("(99999999999999999999,)")), "not one of NumPy's"));
  CHECK(contains(refusal_of_header(with_shape("(2000000000,)"), "12"), "has 2 bytes"));
  CHECK(contains(refusal_of_header(with_shape("(1,)"), "12"), "has 2 bytes for its elements"));
  const std::string three = zip_of({.content = npy_of(with_shape("(3,)"), "abc")});
  CHECK(parse_npz(three).at("a").bytes == "abc");
  CHECK(contains(refusal_of_npz(three, {.array_bytes = 2}), "for more than 2 bytes"));
}

TEST_CASE("a header that NumPy does not write is refused", "[npz]") {
  for (const char* header :
       {"", "{", "{}", "{'descr': '|u1'}", "[1]", "{'descr': '|u1', 'shape': (1,), 'x': 1}",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} more",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1, }",
        "{'descr': '', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|u9', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': 'u1', 'fortran_order': False, 'shape': (1,)}"}) {
    CAPTURE(header);
    CHECK_FALSE(refusal_of_header(header, "1").empty());
  }
  // Written by others: other quotes, another order, Python 2's long integers.
  const auto arrays = parse_npz(zip_of(
      {.content = npy_of(R"({"shape":(2L,1),"descr":"<u2","fortran_order":True})", "1234")}));
  CHECK(arrays.at("a").shape == std::vector<std::int64_t>{2, 1});
}

TEST_CASE("a zip archive that lies about its member is refused", "[npz]") {
  const std::string array = npy_of(with_shape("(3,)"), "abc");
  CHECK_FALSE(refusal_of_npz(zip_of({.content = array, .size = 0xfffffff0})).empty());
  CHECK_FALSE(refusal_of_npz(zip_of({.content = array, .size = 1})).empty());
  CHECK(contains(refusal_of_npz(zip_of({.content = array, .method = 8, .size = 1U << 30})),
                 "has no possible size"));
  CHECK_FALSE(refusal_of_npz(zip_of({.content = array, .method = 12})).empty());
  CHECK_FALSE(refusal_of_npz(zip_of({.content = npy_of("").substr(0, 9)})).empty());
  CHECK_FALSE(refusal_of_npz(zip_of({.content = array, .entries = 65535})).empty());
  CHECK(parse_npz(zip_of({.name = "read.me", .content = "anything"})).empty());
}

TEST_CASE("an archive whose directory promises 2^60 members is refused at once", "[npz]") {
  const std::string end64 =
      "PK\6\6" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
      std::string(8, '\0') + little_endian(std::uint64_t{1} << 60, 8) +
      little_endian(std::uint64_t{1} << 60, 8) + little_endian(0, 8) + little_endian(4, 8);
  const std::string locator =
      "PK\6\7" + little_endian(0, 4) + little_endian(4, 8) + little_endian(1, 4);
  const std::string end = "PK\5\6" + std::string(4, '\0') + "\xff\xff\xff\xff" +
                          std::string(8, '\xff') + std::string(2, '\0');
  CHECK_FALSE(refusal_of_npz("PK\3\4" + end64 + locator + end).empty());
}

TEST_CASE("an archive that is not there, or too large, is refused", "[npz]") {
  const TemporaryFolder folder;
  CHECK(error_of([&] { read_npz(folder / "none.npz"); }) == "it is not there");
  std::ofstream(folder / "a.npz") << std::string(100, 'x');
  CHECK(contains(error_of([&] { read_npz(folder / "a.npz", {.file_bytes = 99}); }),
                 "has 100 bytes, more than the 99"));
}
