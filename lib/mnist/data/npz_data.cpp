#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <map>
#include <system_error>

#include "mnist/data/forms.hpp"
#include "mnist/error.hpp"
#include "mnist/files/npz.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

using Arrays = std::map<std::string, NpyArray>;

constexpr const char* kNpzEnding = ".npz";
constexpr const char* kKerasName = "mnist.npz";

/// What the arrays are called: training images and labels, test images and labels.
constexpr const char* kArrayNames[][4] = {
    {"x_train", "y_train", "x_test", "y_test"},                      // Keras
    {"train_images", "train_labels", "test_images", "test_labels"},  // MedMNIST
};

fs::path find_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return path.extension() == kNpzEnding ? path : fs::path();
  if (fs::exists(path / kKerasName, error)) return path / kKerasName;
  std::vector<fs::path> files;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    if (entry->path().extension() == kNpzEnding) files.push_back(entry->path());
  }
  return files.size() == 1 ? files.front() : fs::path();
}

std::string shape_text(const NpyArray& array) {
  return fmt::format("[{}]", fmt::join(array.shape, ", "));
}

/// A shape [N, …] without the sizes 1 at its end.
std::vector<std::int64_t> without_ones(std::vector<std::int64_t> shape, std::size_t least) {
  while (shape.size() > least && shape.back() == 1) shape.pop_back();
  return shape;
}

std::int64_t element(const NpyArray& array, std::size_t index) {
  const auto size = static_cast<std::size_t>(array.descr[2] - '0');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t place = array.descr[0] == '>' ? i : size - 1 - i;
    bits = bits << 8 | static_cast<unsigned char>(array.bytes[index * size + place]);
  }
  const auto unused = static_cast<int>(64 - 8 * size);
  const auto value = std::bit_cast<std::int64_t>(bits << unused);
  return array.descr[1] == 'i' ? value >> unused : std::bit_cast<std::int64_t>(bits);
}

void take_images(ImageBytes& set, NpyArray& array) {
  const std::vector<std::int64_t> shape = without_ones(array.shape, 3);
  if (array.descr.substr(1) != "u1" || shape.size() != 3 || array.fortran_order) {
    throw Error("'{}' is of type {} {}{}: expected uint8 [N, side, side]", set.images_name,
                array.descr, shape_text(array), array.fortran_order ? " in Fortran's order" : "");
  }
  check_square(set.images_name, static_cast<std::uint64_t>(shape[1]),
               static_cast<std::uint64_t>(shape[2]));
  set.side = static_cast<int>(shape[1]);
  set.pixels = std::move(array.bytes);
}

void take_labels(ImageBytes& set, const NpyArray& array, std::int64_t rows) {
  if (array.descr[1] == 'f' || without_ones(array.shape, 1) != std::vector<std::int64_t>{rows}) {
    throw Error("'{}' is of type {} {}: expected integers [{}], one an image", set.labels_name,
                array.descr, shape_text(array), rows);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    const std::int64_t label = element(array, i);
    if (label < 0 || label > 255) {
      throw Error("'{}' has label {} at index {}: expected 0 to {}", set.labels_name, label, i,
                  kMostClasses);
    }
    set.labels += static_cast<char>(label);
  }
}

ImageBytes take(Arrays& arrays, const fs::path& file, const char* images, const char* labels) {
  for (const char* const name : {images, labels}) {
    if (arrays.contains(name)) continue;
    std::vector<std::string> found;
    for (const auto& [other, array] : arrays) found.push_back(other);
    throw Error("'{}' has no array '{}': found {}", file.string(), name,
                found.empty() ? "none" : fmt::format("{}", fmt::join(found, ", ")));
  }
  ImageBytes set{.images_name = (file / images).string(), .labels_name = (file / labels).string()};
  NpyArray& pixels = arrays.at(images);
  const std::int64_t rows = pixels.shape.empty() ? 0 : pixels.shape[0];
  take_images(set, pixels);
  take_labels(set, arrays.at(labels), rows);
  return set;
}

Arrays read_arrays(const fs::path& file) {
  try {
    return read_npz(file);
  } catch (const Error& error) {
    throw Error("cannot read '{}': {}", file.string(), error.what());
  }
}

}  // namespace

std::optional<RawData> read_npz_data(const fs::path& path, const DataRequest& request) {
  const fs::path file = find_file(path);
  if (file.empty()) return std::nullopt;
  Arrays arrays = read_arrays(file);
  const auto* names =
      std::ranges::find_if(kArrayNames, [&](const auto& four) { return arrays.contains(four[2]); });
  const auto& [x_train, y_train, x_test, y_test] =
      names == std::end(kArrayNames) ? kArrayNames[0] : *names;
  RawData data{.folder = path};
  if (request.with_training) data.train = take(arrays, file, x_train, y_train);
  data.test = take(arrays, file, x_test, y_test);
  return data;
}

}  // namespace mnist
