#include "mnist/data/class_names.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "mnist/data/data_facts.hpp"
#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"

namespace mnist {
namespace {

constexpr std::uint64_t kMostNamesBytes = std::uint64_t{1} << 16;

bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

bool is_control(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code < 0x20 || code == 0x7f;
}

/// The lines, ended in the manner of Unix or Windows; the last one need not be ended.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::vector<std::string> read_class_names(const std::filesystem::path& path) {
  try {
    std::vector<std::string> names = lines_of(read_file(path, kMostNamesBytes));
    check_class_names(names);
    return names;
  } catch (const Error& error) {
    throw Error("cannot take the names of classes from '{}': {}", path.string(), error.what());
  }
}

void check_class_names(const std::vector<std::string>& names) {
  if (names.size() < kLeastClasses || names.size() > kMostClasses) {
    throw Error("there are {} class names: expected {} to {}", names.size(), kLeastClasses,
                kMostClasses);
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& name = names[i];
    if (name.empty() || !is_utf8(name) || std::ranges::any_of(name, is_control)) {
      throw Error("the name of class {} is {}: expected UTF-8 text on one line", i,
                  name.empty() ? "empty" : "no plain text");
    }
    if (!seen.insert(name).second) throw Error("two classes are called '{}'", name);
  }
}

}  // namespace mnist
