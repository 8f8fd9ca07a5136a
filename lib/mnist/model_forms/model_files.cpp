#include "mnist/model_forms/model_files.hpp"

#include <algorithm>

#include "mnist/error.hpp"
#include "mnist/files/read_file.hpp"
#include "mnist/files/zip_archive.hpp"
#include "mnist/model_forms/weight_files.hpp"

namespace mnist {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kBeginning = 64;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

/// Whether a zip archive has a member whose name ends so.
bool has_member(const FileSketch& file, std::string_view ending) {
  return std::ranges::any_of(file.members,
                             [&](const std::string& name) { return name.ends_with(ending); });
}

bool begins(const FileSketch& file, std::string_view bytes, std::size_t at = 0) {
  return file.beginning.size() >= at &&
         std::string_view(file.beginning).substr(at).starts_with(bytes);
}

constexpr std::string_view kToTorchScript =
    "in Python, torch.jit.trace(model, example).save(FILE) makes TorchScript of a model";
constexpr std::string_view kFromWeights =
    "`mnist export --from-weights FILE --torchscript MODEL` makes a model of it, if it has the "
    "tutorial's layers";
constexpr std::string_view kFromKeras =
    "in Python, numpy.savez(\"weights.npz\", *model.get_weights()) saves its weights, and `mnist "
    "export --from-weights weights.npz --torchscript MODEL` makes a model of them, if it has the "
    "tutorial's layers";

constexpr ModelFileKind kKinds[] = {
    {"TorchScript", kToTorchScript,
     [](const FileSketch& file) { return has_member(file, "/constants.pkl"); },
     torchscript_weights},
    {"an exported program (.pt2)",
     "in Python, torch.jit.trace(torch.export.load(FILE).module(), example).save(FILE) makes "
     "TorchScript of it",
     [](const FileSketch& file) {
       return has_member(file, "archive_format") ||
              has_member(file, "serialized_exported_program.json");
     },
     nullptr},
    {"a state_dict or other pickled tensors without code", kFromWeights,
     [](const FileSketch& file) { return has_member(file, "data.pkl"); }, state_dict_weights},
    {"a Keras model (.keras)", kFromKeras,
     [](const FileSketch& file) { return has_member(file, "model.weights.h5"); }, nullptr},
    {"NumPy arrays (.npz)", kFromWeights,
     [](const FileSketch& file) { return has_member(file, ".npy"); }, npz_weights},
    {"a Keras model or weights in HDF5 (.h5)", kFromKeras,
     [](const FileSketch& file) { return begins(file, "\x89HDF\r\n\x1a\n"sv); }, nullptr},
    {"tensors without code (.safetensors)", kFromWeights,
     // The length of the header in eight bytes, of which the upper five are zero, and the header.
     [](const FileSketch& file) { return begins(file, "\0\0\0\0\0{"sv, 3); }, safetensors_weights},
    {"a checkpoint of mnist train",
     "`mnist export --from-checkpoint FOLDER --torchscript MODEL` makes a model of it",
     [](const FileSketch& file) { return begins(file, "mnist checkpoint "); }, nullptr},
    {"pickled by torch.save as before PyTorch 1.6",
     "torch.save(torch.load(FILE), FILE) in a newer one brings it up to date",
     [](const FileSketch& file) {
       return begins(file, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20"sv);
     },
     nullptr},
    {"a Python pickle", kToTorchScript,
     [](const FileSketch& file) {
       return begins(file, "\x80"sv) && begins(file, ""sv, 2) && file.beginning[1] >= 2 &&
              file.beginning[1] <= 5;
     },
     nullptr},
    {"a TensorFlow Lite model (.tflite)", kToTorchScript,
     [](const FileSketch& file) { return begins(file, "TFL3", 4); }, nullptr},
    {"a Git LFS pointer, which stands for a file", "`git lfs pull` fetches it",
     [](const FileSketch& file) { return begins(file, "version https://git-lfs"); }, nullptr},
    {"a web page", "what was downloaded is not the model",
     [](const FileSketch& file) {
       return begins(file, "<!DOCTYPE") || begins(file, "<!doctype") || begins(file, "<html");
     },
     nullptr},
    {"packed by gzip", "`gunzip` unpacks it",
     [](const FileSketch& file) { return begins(file, "\x1f\x8b"sv); }, nullptr},
    // A protocol buffer has no magic: the version of the format is its first field, and the next is
    // one of those that follow it.
    {"an ONNX model (.onnx)",
     "ONNX has no way to TorchScript: save the model that it was exported from",
     [](const FileSketch& file) {
       return begins(file, "\x08"sv) && file.beginning.size() > 2 && file.beginning[1] < 0x20 &&
              "\x12\x1a\x22\x2a\x32\x3a\x42\x72"sv.find(file.beginning[2]) !=
                  std::string_view::npos;
     },
     nullptr},
};

FileSketch sketch(const std::filesystem::path& path) {
  FileSketch file{read_beginning(path, kBeginning), {}};
  if (!file.beginning.starts_with(kZipMagic)) return file;
  const std::string bytes = read_file(path, kMostBytes);
  file.members = ZipArchive(bytes).names();
  return file;
}

}  // namespace

std::span<const ModelFileKind> model_file_kinds() { return kKinds; }

const ModelFileKind* find_model_file_kind(const std::filesystem::path& path) {
  const FileSketch file = sketch(path);
  const auto* found =
      std::ranges::find_if(kKinds, [&](const ModelFileKind& kind) { return kind.is(file); });
  return found == std::end(kKinds) ? nullptr : found;
}

std::vector<NamedTensor> read_weights(const std::filesystem::path& path) {
  const ModelFileKind* kind = find_model_file_kind(path);
  if (!kind) {
    throw Error(
        "it is of no known kind: expected a state_dict of torch.save, .npz, .safetensors or "
        "TorchScript");
  }
  if (!kind->weights) throw Error("it is {}: {}", kind->name, kind->advice);
  return kind->weights(read_file(path, kMostBytes));
}

}  // namespace mnist
