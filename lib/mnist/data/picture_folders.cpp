#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "mnist/data/forms.hpp"
#include "mnist/error.hpp"
#include "mnist/files/read_ahead.hpp"
#include "mnist/files/sha256.hpp"
#include "mnist/image/formats.hpp"
#include "mnist/image/prepare_image.hpp"
#include "mnist/image/read_image.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainNames[] = {"train", "training"};
constexpr const char* kTestNames[] = {"test", "testing", "val", "valid", "validation"};
/// Of the pictures of a class, where there is no folder for the test.
constexpr std::size_t kTestShare = 6;

struct Picture {
  fs::path path;
  std::string label;     ///< the name of its class
  std::string key;       ///< the digest of its name, by which pictures are in order
  GreyImage image = {};  ///< where it has been read
};
using Pictures = std::vector<Picture>;

/// The pictures in a folder and those below, and how many other files are among them.
struct Found {
  Pictures pictures;
  std::size_t others = 0;
};

void throw_unreadable(const fs::path& folder, const std::error_code& error) {
  if (error) throw Error("cannot read the folder '{}': {}", folder.string(), error.message());
}

void add_class(Found& found, const fs::path& folder) {
  std::error_code error;
  const std::string label = folder.filename().string();
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (fs::is_directory(path, error)) continue;
    if (has_pictures_name(path)) {
      const std::string name = label + "/" + path.lexically_relative(folder).generic_string();
      found.pictures.push_back({.path = path, .label = label, .key = sha256(name)});
    } else {
      ++found.others;
    }
  }
  throw_unreadable(folder, error);
}

/// The pictures in the subfolders of a folder, in order. What has a dot in front is hidden.
Found find_pictures(const fs::path& folder) {
  Found found;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (fs::is_directory(path, error) && !path.filename().string().starts_with('.')) {
      add_class(found, path);
    }
  }
  throw_unreadable(folder, error);
  std::ranges::sort(found.pictures, {}, &Picture::key);
  return found;
}

template <std::size_t count>
std::optional<fs::path> subfolder(const fs::path& folder, const char* const (&names)[count]) {
  std::error_code error;
  for (const char* const name : names) {
    if (fs::is_directory(folder / name, error)) return folder / name;
  }
  return std::nullopt;
}

struct Parts {
  Pictures train, test;
  std::vector<std::string> notes;
};

/// The first sixth of each class's pictures is for the test: at least one, where it has two.
Parts split(Pictures pictures) {
  std::map<std::string, std::size_t> left;
  for (const Picture& picture : pictures) ++left[picture.label];
  for (auto& [label, count] : left) {
    count = count < 2 ? 0 : std::max<std::size_t>(count / kTestShare, 1);
  }
  Parts parts;
  for (Picture& picture : pictures) {
    std::size_t& wanted = left.at(picture.label);
    (wanted > 0 ? parts.test : parts.train).push_back(std::move(picture));
    if (wanted > 0) --wanted;
  }
  parts.notes.push_back(fmt::format(
      "there is no folder of test pictures: {} of {}, a sixth of each class, are taken for it",
      parts.test.size(), parts.test.size() + parts.train.size()));
  return parts;
}

/// Nothing where there are no pictures in subfolders.
std::optional<Parts> find_parts(const fs::path& path, bool with_training) {
  const auto train_folder = subfolder(path, kTrainNames), test_folder = subfolder(path, kTestNames);
  Found train = train_folder ? find_pictures(*train_folder) : Found();
  Found test = test_folder ? find_pictures(*test_folder) : Found();
  if (train.pictures.empty() && test.pictures.empty()) train = find_pictures(path);
  if (train.pictures.empty() && test.pictures.empty()) return std::nullopt;
  if (train.pictures.empty() && with_training) {
    throw Error("'{}' has pictures in subfolders of {} alone: expected some to train on, in train",
                path.string(), test_folder->filename().string());
  }
  const std::size_t others = train.others + test.others;
  Parts parts = test.pictures.empty()
                    ? split(std::move(train.pictures))
                    : Parts{std::move(train.pictures), std::move(test.pictures), {}};
  if (others > 0) {
    parts.notes.push_back(
        fmt::format("{} files that are not {} are left out", others, picture_format_names()));
  }
  return parts;
}

/// The names of the classes, in the order of their labels, and of the folders they are in.
struct Classes {
  std::vector<std::string> names, folders;
};

/// The folders stand for the names that are wanted; where they are all called otherwise, but are as
/// many, in the order of their own names.
Classes match_classes(Parts& parts, const DataRequest& request, const fs::path& path) {
  std::set<std::string> found;
  for (const Pictures* pictures : {&parts.train, &parts.test}) {
    for (const Picture& picture : *pictures) found.insert(picture.label);
  }
  const std::vector<std::string> folders(found.begin(), found.end());
  const auto& wanted = request.classes.empty() ? request.model_classes : request.classes;
  if (wanted.empty()) return {folders, folders};
  const auto matching = std::ranges::count_if(
      found, [&](const std::string& name) { return std::ranges::count(wanted, name) != 0; });
  if (matching == std::ssize(found)) return {wanted, wanted};
  if (matching != 0 || found.size() != wanted.size()) {
    throw Error("the pictures in '{}' are in the folders {}: expected a folder for each of {}",
                path.string(), fmt::join(folders, ", "), fmt::join(wanted, ", "));
  }
  parts.notes.push_back(fmt::format("the folders {} stand for the classes {}, in this order",
                                    fmt::join(folders, ", "), fmt::join(wanted, ", ")));
  return {wanted == numbers_from(0, wanted.size()) ? folders : wanted, folders};
}

/// The picture if it is a square of a size that is allowed; else nothing, as it may be large.
GreyImage read_square(const fs::path& path) {
  GreyImage image = read_image(path);
  const int side = image.width;
  const bool is_allowed = side == image.height && side >= kLeastSide && side <= kMostSide;
  return is_allowed ? std::move(image) : GreyImage();
}

/// The side that all pictures have, where they are squares of one size that is allowed; else
/// MNIST's. Those that have been read by then are kept.
int common_side(Parts& parts, int threads) {
  std::vector<Picture*> all;
  for (Pictures* pictures : {&parts.train, &parts.test}) {
    for (Picture& picture : *pictures) all.push_back(&picture);
  }
  const auto read = [&](std::size_t i) { return read_square(all[i]->path); };
  ReadAhead ahead(all.size(), threads, read);
  int side = 0;
  for (Picture* const picture : all) {
    picture->image = ahead.next_result();
    if (side == 0) side = picture->image.width;
    if (picture->image.width != side || side == 0) {
      picture->image = {};
      return kMnistSide;
    }
  }
  return side;
}

/// What an IDX file would have of it.
std::string pixels_of(Picture& picture, int side) {
  const GreyImage image =
      picture.image.pixels.empty() ? read_image(picture.path) : std::move(picture.image);
  std::string bytes;
  try {
    const PreparedImage prepared =
        prepare_image(image, {.side = side, .pictures_as_they_are = true});
    for (const float value : prepared.pixels.pixels) {
      bytes += static_cast<char>(std::lround(value * 255));
    }
  } catch (const Error& error) {
    throw Error("'{}': {}", picture.path.string(), error.what());
  }
  return bytes;
}

ImageBytes read_pictures(Pictures& pictures, int side, int threads,
                         const std::vector<std::string>& folders, const fs::path& path) {
  ImageBytes set{.side = side, .images_name = path.string(), .labels_name = path.string()};
  read_ahead(
      pictures.size(), threads, [&](std::size_t i) { return pixels_of(pictures[i], side); },
      [&](std::size_t i, const std::string& pixels) {
        set.pixels += pixels;
        set.labels +=
            static_cast<char>(std::ranges::find(folders, pictures[i].label) - folders.begin());
      });
  return set;
}

}  // namespace

std::optional<RawData> read_picture_folders(const fs::path& path, const DataRequest& request) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::nullopt;
  std::optional<Parts> parts = find_parts(path, request.with_training);
  if (!parts) return std::nullopt;
  if (!request.with_training) parts->train.clear();
  const Classes classes = match_classes(*parts, request, path);
  if (classes.folders.size() > kMostClasses) {
    throw Error("'{}' has {} folders of pictures: expected at most {}, one a class", path.string(),
                classes.folders.size(), kMostClasses);
  }
  const int side =
      request.model_side != 0 ? request.model_side : common_side(*parts, request.threads);
  RawData data{.folder = path, .classes = classes.names, .pictures_as_they_are = true};
  data.train = read_pictures(parts->train, side, request.threads, classes.folders, path);
  data.test = read_pictures(parts->test, side, request.threads, classes.folders, path);
  data.notes = std::move(parts->notes);
  return data;
}

}  // namespace mnist
