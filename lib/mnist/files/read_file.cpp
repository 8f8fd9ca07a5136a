#include "mnist/files/read_file.hpp"

#include <cerrno>
#include <system_error>

#include "mnist/error.hpp"

namespace mnist {

std::ifstream open_regular_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::not_found) throw Error("it is not there");
  if (type != std::filesystem::file_type::regular) throw Error("it is not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error("it cannot be opened: {}", std::generic_category().message(errno));
  return file;
}

std::string read_beginning(const std::filesystem::path& path, std::size_t most) {
  std::ifstream file = open_regular_file(path);
  std::string bytes(most, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::string read_file(const std::filesystem::path& path, std::uint64_t most) {
  std::ifstream file = open_regular_file(path);
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw Error("it cannot be read: {}", error.message());
  if (size > most) throw Error("it has {} bytes, more than the {} it may have", size, most);
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) {
    throw Error("it ends before its {} bytes", size);
  }
  return bytes;
}

}  // namespace mnist
