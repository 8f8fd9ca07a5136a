#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mnist {

struct NamedTensor;

/// What is looked at to tell what a file is.
struct FileSketch {
  std::string beginning;             ///< its first bytes
  std::vector<std::string> members;  ///< of a zip archive
};

/// A kind of file that people keep models in.
struct ModelFileKind {
  std::string_view name;    ///< "a Keras model (.keras)"
  std::string_view advice;  ///< what to do where it is given as a model
  bool (*is)(const FileSketch& file);
  /// The weights in its bytes. Null where they are not read. Throws `Error`.
  std::vector<NamedTensor> (*weights)(std::string_view bytes);
};

/// All of them, TorchScript first. The first that a file is counts.
std::span<const ModelFileKind> model_file_kinds();

/// Null where it is of no kind that is known. Throws `Error` as `read_beginning` does.
const ModelFileKind* find_model_file_kind(const std::filesystem::path& path);

/// The weights in a file of any kind that has them (`ModelFileKind::weights`), in its order, or by
/// name where it has none. Throws `Error`, without the file's name.
std::vector<NamedTensor> read_weights(const std::filesystem::path& path);

}  // namespace mnist
