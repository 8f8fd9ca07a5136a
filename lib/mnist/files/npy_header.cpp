#include "mnist/files/npy_header.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

/// Reads what NumPy writes of Python's literals: a dictionary of a text, a truth and a tuple.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view text) : rest_(text) {}

  NpyArray read() {
    NpyArray array;
    std::set<std::string_view> keys;
    expect("{");
    while (!take("}")) {
      const std::string_view key = text();
      expect(":");
      if (key == "descr") {
        array.descr = text();
      } else if (key == "fortran_order") {
        array.fortran_order = truth();
      } else if (key == "shape") {
        array.shape = sizes();
      } else {
        fail();
      }
      keys.insert(key);
      if (take("}")) break;
      expect(",");
    }
    skip_space();
    if (!rest_.empty() || keys.size() != 3) fail();
    return array;
  }

 private:
  [[noreturn]] static void fail() { throw Error("its header is not one of NumPy's"); }

  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool take(std::string_view token) {
    skip_space();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail();
  }

  std::string_view text() {
    if (take("[")) throw Error("its elements are records: expected numbers");
    const char quote = take("'") ? '\'' : '"';
    if (quote == '"') expect("\"");
    const std::size_t end = rest_.find(quote);
    if (end == rest_.npos) fail();
    const std::string_view content = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return content;
  }

  bool truth() {
    if (take("True")) return true;
    expect("False");
    return false;
  }

  std::vector<std::int64_t> sizes() {
    std::vector<std::int64_t> sizes;
    expect("(");
    while (!take(")")) {
      skip_space();
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc()) fail();
      if (size < 0) throw Error("its shape has the size {}", size);
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      take("L");  // Python 2 wrote long integers so
      sizes.push_back(size);
      if (take(")")) break;
      expect(",");
    }
    return sizes;
  }

  std::string_view rest_;
};

std::uint64_t size_of_element(const std::string& descr) {
  return static_cast<std::uint64_t>(descr[2] - '0');
}

void check_elements(const std::string& descr) {
  if (descr.ends_with('O')) throw Error("its elements are Python objects: expected numbers");
  const bool sized = descr.size() == 3 && "<>|="sv.find(descr[0]) != std::string_view::npos &&
                     "1248"sv.find(descr[2]) != std::string_view::npos;
  if (!sized || "biuf"sv.find(descr[1]) == std::string_view::npos) {
    throw Error("its elements are of type '{}': expected integers or floats of 1 to 8 bytes",
                descr);
  }
}

}  // namespace

NpyArray parse_npy_header(std::string_view text) {
  NpyArray array = HeaderReader(text).read();
  check_elements(array.descr);
  return array;
}

std::uint64_t byte_size(const NpyArray& array, std::uint64_t most) {
  std::uint64_t bytes = size_of_element(array.descr);
  for (const std::int64_t size : array.shape) {
    if (size == 0) return 0;
  }
  for (const std::int64_t size : array.shape) {
    if (bytes > most / static_cast<std::uint64_t>(size)) {
      throw Error("its shape is for more than {} bytes", most);
    }
    bytes *= static_cast<std::uint64_t>(size);
  }
  return bytes;
}

}  // namespace mnist
