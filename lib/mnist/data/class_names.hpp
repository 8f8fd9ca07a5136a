#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mnist {

/// The names of classes in a text file, one a line, that of label 0 first. Throws `Error`, naming
/// the file, where it cannot be read, or `check_class_names` refuses them.
std::vector<std::string> read_class_names(const std::filesystem::path& path);

/// Throws `Error` unless these are `kLeastClasses` to `kMostClasses` different names in UTF-8, none
/// of them empty or with control characters.
void check_class_names(const std::vector<std::string>& names);

}  // namespace mnist
