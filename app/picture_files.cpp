#include "picture_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <span>
#include <utility>

#include "mnist/image/formats.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

std::vector<std::string> files_of(const std::string& name) {
  std::error_code error;
  if (name == "-" || !std::filesystem::is_directory(name, error)) return {name};
  std::vector<std::string> files;
  std::filesystem::directory_iterator entry(name, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    if (has_pictures_name(entry->path())) files.push_back(entry->path().string());
  }
  if (error) throw Error("cannot read the folder '{}': {}", name, error.message());
  if (files.empty()) {
    throw Error("'{}' is a folder without {} files", name, picture_format_names());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<PictureFile> picture_files(const std::vector<std::string>& names) {
  std::vector<PictureFile> files;
  for (const std::string& name : names) {
    try {
      for (std::string& file : files_of(name)) files.push_back({std::move(file)});
    } catch (const Error& error) {
      files.push_back({name, error});
    }
  }
  return files;
}

GreyImage read_standard_input() {
  const std::uintmax_t most = ImageLimits{}.bytes;
  std::string bytes;
  std::array<char, 1 << 16> chunk;
  while (bytes.size() <= most &&
         (std::cin.read(chunk.data(), chunk.size()), std::cin.gcount() > 0)) {
    bytes.append(chunk.data(), static_cast<std::size_t>(std::cin.gcount()));
  }
  if (bytes.size() > most) {
    throw Error("the standard input has more than {} bytes: expected a {} image", most,
                picture_format_names());
  }
  return decode_image(std::as_bytes(std::span(bytes)), "standard input");
}

}  // namespace mnist
