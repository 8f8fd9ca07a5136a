#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/files/file_descriptor.hpp"

namespace mnist {

// What these throw, `Error`, is the cause without the file's name: "it is not there".

/// There is no regular file of that name.
class NoRegularFile : public Error {
 public:
  explicit NoRegularFile(std::string_view found) : Error("it is {}", found), found_(found) {}

  /// What there is: "not there", "a folder", "a pipe", "a socket" or "a device".
  std::string_view found() const { return found_; }

 private:
  std::string_view found_;
};

/// A regular file that is open to be read: one that ends.
class RegularFile {
 public:
  /// Does not wait, as opening a pipe would, nor touch a device. Throws `NoRegularFile`, and
  /// `Error` where the file cannot be opened.
  explicit RegularFile(const std::filesystem::path& path);

  /// In bytes, when it was opened.
  std::uint64_t size() const { return size_; }

  /// Fills `bytes` with those that come next. Throws where the file ends before, or cannot be read.
  void read(std::span<char> bytes);

 private:
  FileDescriptor descriptor_;
  std::uint64_t size_ = 0;
};

/// The first `most` bytes of a regular file, or all of a shorter one. Throws as `RegularFile` does.
std::string read_beginning(const std::filesystem::path& path, std::size_t most);

/// What zip archives begin with, TorchScript's files among them.
inline constexpr std::string_view kZipMagic = "PK\3\4";

/// The bytes of a regular file. Throws as `RegularFile` does, and where the file is larger than
/// `most` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t most);

}  // namespace mnist
