#include "mnist/data/read_data.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "mnist/data/forms.hpp"
#include "mnist/data/recognition.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

namespace fs = std::filesystem;

/// A form that data may have.
struct Form {
  const char* what;
  std::optional<RawData> (*read)(const fs::path& path, const DataRequest& request);
};

/// The first that fits is taken.
constexpr Form kForms[] = {
    {"MNIST's four IDX files (train-images-idx3-ubyte and so on, .gz or not)", read_idx_files},
    {"torchvision's MNIST/raw", read_torchvision_folder},
    {"an .npz file such as Keras's mnist.npz", read_npz_data},
    {"a subfolder of pictures for each class", read_picture_folders},
};

/// "a.txt, b/ and 5 more"
std::string contents_of(const fs::path& folder) {
  constexpr std::size_t kShown = 6;
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != end(entry); entry.increment(error)) {
    const bool is_folder = fs::is_directory(entry->path(), error);
    names.push_back(entry->path().filename().string() + (is_folder ? "/" : ""));
  }
  if (names.empty()) return "nothing";
  std::ranges::sort(names);
  const std::size_t more = names.size() - std::min(names.size(), kShown);
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

[[noreturn]] void throw_nothing_fits(const fs::path& path) {
  std::vector<std::string> forms;
  for (const Form& form : kForms) forms.emplace_back(form.what);
  std::error_code error;
  const auto type = fs::status(path, error).type();
  std::string found = type == fs::file_type::directory ? contents_of(path)
                      : type == fs::file_type::not_found
                          ? "nothing of that name (script/fetch-data brings MNIST)"
                          : "a file of another kind";
  throw Error("there is no data in '{}': expected {}; found {}", path.string(),
              fmt::join(forms, ", or "), found);
}

RawData read_form(const fs::path& path, const DataRequest& request) {
  for (const Form& form : kForms) {
    if (std::optional<RawData> data = form.read(path, request)) return *std::move(data);
  }
  throw_nothing_fits(path);
}

void check_sides(const RawData& data, const DataRequest& request) {
  if (request.with_training && data.train.side != data.test.side) {
    throw Error("'{}' has images of {}x{} pixels and '{}' of {}x{}: expected the same",
                data.train.images_name, data.train.side, data.train.side, data.test.images_name,
                data.test.side, data.test.side);
  }
  if (request.model_side != 0 && request.model_side != data.test.side) {
    throw Error("'{}' has images of {}x{} pixels: expected {}x{}, which the model takes",
                data.test.images_name, data.test.side, data.test.side, request.model_side,
                request.model_side);
  }
}

void check_counts(const RawData& data, const DataRequest& request, const fs::path& path) {
  const std::size_t all = data.train.size() + data.test.size();
  if (data.test.size() == 0 || (request.with_training && data.train.size() == 0)) {
    throw Error("'{}' has {} training and {} test images: expected some of both", path.string(),
                data.train.size(), data.test.size());
  }
  if (request.with_training && all < kLeastImages) {
    throw Error("'{}' has {} images: expected at least {}", path.string(), all, kLeastImages);
  }
}

/// Leaves pixels to LibTorch's class where it reads the same: MNIST's own numbers of images.
void leave_to_libtorch(ImageBytes& set, std::size_t count, bool same) {
  set.in_libtorchs_files = set.in_libtorchs_files && same && set.size() == count && set.side == 28;
  if (set.in_libtorchs_files) std::string().swap(set.pixels);  // assigning would keep the memory
}

}  // namespace

CheckedData read_data(const fs::path& path, const DataRequest& request) {
  RawData data = read_form(path, request);
  check_sides(data, request);
  check_counts(data, request, path);
  CheckedData checked;
  checked.facts = recognize(data, request);
  checked.folder = data.folder;
  checked.train = std::move(data.train);
  checked.test = std::move(data.test);
  leave_to_libtorch(checked.train, 60000, data.as_in_the_files);
  leave_to_libtorch(checked.test, 10000, data.as_in_the_files);
  return checked;
}

}  // namespace mnist
