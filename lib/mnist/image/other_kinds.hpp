#pragma once

#include <string>
#include <string_view>

namespace mnist {

/// What is wrong with a file that is in none of the formats of formats.hpp: "'x.gz' is a gzip file
/// (unpack it with gunzip): expected a PNG, … or PNM image". Of a picture in another format that
/// people have it says how it becomes one that is read. `bytes` are not empty.
std::string describe_other_kind(std::string_view bytes, std::string_view name);

/// "a PNG, JPEG, … or PNM image"
std::string expected_picture();

}  // namespace mnist
