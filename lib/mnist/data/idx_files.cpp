#include <fmt/ranges.h>

#include <array>
#include <map>
#include <system_error>
#include <utility>

#include "mnist/data/forms.hpp"
#include "mnist/data/idx.hpp"
#include "mnist/data/known_sets.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

/// How a name may end that is that of a file in `kFileNames`, the preferred one first; ".gz" may
/// follow.
constexpr std::pair<std::size_t, std::string_view> kEndings[] = {
    {0, "train-images-idx3-ubyte"}, {0, "train-images.idx3-ubyte"}, {1, "train-labels-idx1-ubyte"},
    {1, "train-labels.idx1-ubyte"}, {2, "t10k-images-idx3-ubyte"},  {2, "t10k-images.idx3-ubyte"},
    {2, "test-images-idx3-ubyte"},  {2, "test-images.idx3-ubyte"},  {3, "t10k-labels-idx1-ubyte"},
    {3, "t10k-labels.idx1-ubyte"},  {3, "test-labels-idx1-ubyte"},  {3, "test-labels.idx1-ubyte"},
};
constexpr std::string_view kPacked = ".gz";

constexpr const char* kTorchvisionFolders[] = {"MNIST/raw", "raw", "FashionMNIST/raw", "KMNIST/raw",
                                               "EMNIST/raw"};

/// A file for each of `kFileNames`: an empty path where there is none. Of several the best counts.
struct FileSet {
  std::array<fs::path, 4> paths;
  std::array<std::size_t, 4> ranks;
};

/// The sets of files in a folder, by what their names begin with.
using FileSets = std::map<std::string, FileSet>;

void add_file(FileSets& sets, const fs::path& path) {
  std::string name = path.filename().string();
  const bool packed = name.ends_with(kPacked);
  if (packed) name.resize(name.size() - kPacked.size());
  std::size_t rank = packed ? 1 : 0;  // a file that need not be unpacked comes before
  for (const auto& [which, ending] : kEndings) {
    if (name.ends_with(ending)) {
      FileSet& set = sets[name.substr(0, name.size() - ending.size())];
      if (set.paths[which].empty() || rank < set.ranks[which]) {
        set.paths[which] = path;
        set.ranks[which] = rank;
      }
      return;
    }
    rank += 2;
  }
}

FileSets find_sets(const fs::path& folder) {
  FileSets sets;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != end(entry); entry.increment(error)) add_file(sets, entry->path());
  if (error) throw Error("cannot read the folder '{}': {}", folder.string(), error.message());
  return sets;
}

/// Two of the files, training's or the test's.
ImageBytes read_pair(RawData& data, const FileSet& set, std::size_t first) {
  std::array<fs::path, 2> paths;
  for (std::size_t i = 0; i < 2; ++i) {
    paths[i] = set.paths[first + i];
    if (paths[i].empty()) paths[i] = data.folder / (data.prefix + kFileNames[first + i]);
  }
  IdxFile images = read_idx(paths[0], IdxKind::kImages);
  IdxFile labels = read_idx(paths[1], IdxKind::kLabels);
  if (images.sizes[0] != labels.sizes[0]) {
    throw Error("'{}' has {} images and '{}' {} labels: expected as many", paths[0].string(),
                images.sizes[0], paths[1].string(), labels.sizes[0]);
  }
  data.packed_sha256[first] = images.packed_sha256;
  data.packed_sha256[first + 1] = labels.packed_sha256;
  return {.side = static_cast<int>(images.sizes[1]),
          .pixels = std::move(images.elements),
          .labels = std::move(labels.elements),
          .images_name = paths[0].string(),
          .labels_name = paths[1].string(),
          .in_libtorchs_files = paths[0].filename() == kFileNames[first] &&
                                paths[1].filename() == kFileNames[first + 1] &&
                                images.packed_sha256.empty() && labels.packed_sha256.empty()};
}

RawData read_set(const fs::path& folder, const FileSets::value_type& set,
                 const DataRequest& request) {
  RawData data{.folder = folder, .prefix = set.first};
  if (request.with_training) data.train = read_pair(data, set.second, 0);
  data.test = read_pair(data, set.second, 2);
  return data;
}

/// One set: the one whose files have MNIST's own names, else the only one.
const FileSets::value_type& choose(const FileSets& sets, const fs::path& folder) {
  if (const auto plain = sets.find(""); plain != sets.end()) return *plain;
  if (sets.size() == 1) return *sets.begin();
  std::vector<std::string> names;
  for (const auto& [prefix, set] : sets) {
    names.push_back((folder / prefix.substr(0, prefix.size() - 1)).string());
  }
  throw Error("'{}' holds several data sets: expected one of them by name, {}", folder.string(),
              fmt::join(names, " or "));
}

}  // namespace

std::optional<RawData> read_idx_files(const fs::path& path, const DataRequest& request) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    const FileSets sets = find_sets(path);
    if (sets.empty()) return std::nullopt;
    return read_set(path, choose(sets, path), request);
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (fs::exists(path, error) || !fs::is_directory(folder, error)) return std::nullopt;
  const FileSets sets = find_sets(folder);
  const auto set = sets.find(path.filename().string() + "-");
  if (set == sets.end()) return std::nullopt;
  return read_set(folder, *set, request);
}

std::optional<RawData> read_torchvision_folder(const fs::path& path, const DataRequest& request) {
  std::error_code error;
  for (const char* const name : kTorchvisionFolders) {
    const fs::path folder = path / name;
    if (!fs::is_directory(folder, error)) continue;
    std::optional<RawData> data = read_idx_files(folder, request);
    if (!data) continue;
    data->notes.push_back(fmt::format("the data is read from {}", folder.string()));
    return data;
  }
  return std::nullopt;
}

}  // namespace mnist
