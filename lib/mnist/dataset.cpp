#include "mnist/dataset.hpp"

#include <torch/data/datasets/mnist.h>

#include <cmath>

#include "mnist/error.hpp"

namespace mnist {
namespace {

using Kind = IdxFile::Kind;
using Mode = torch::data::datasets::MNIST::Mode;

constexpr IdxFile kTrainFiles[] = {
    {"train-images-idx3-ubyte", Kind::kImages, 60000,
     "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
    {"train-labels-idx1-ubyte", Kind::kLabels, 60000,
     "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
};
constexpr IdxFile kTestFiles[] = {
    {"t10k-images-idx3-ubyte", Kind::kImages, 10000,
     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
    {"t10k-labels-idx1-ubyte", Kind::kLabels, 10000,
     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
};

void check_folder(const std::filesystem::path& folder) {
  std::error_code error;
  const auto type = std::filesystem::status(folder, error).type();
  if (type == std::filesystem::file_type::directory) return;
  throw Error(
      "the data folder '{}' is {}: expected a folder with MNIST's four IDX files{}",
      folder.string(), type == std::filesystem::file_type::not_found ? "not there" : "not a folder",
      type == std::filesystem::file_type::not_found ? " (script/fetch-data brings them)" : "");
}

Dataset load(const std::filesystem::path& folder, Mode mode, std::vector<DataFile>& files) {
  for (const IdxFile& file : mode == Mode::kTrain ? kTrainFiles : kTestFiles) {
    const std::string digest = check_idx_file(folder, file);
    files.push_back({file.name, digest, digest == file.digest});
  }
  const torch::data::datasets::MNIST dataset(folder.string(), mode);
  return {dataset.images(), dataset.targets()};
}

}  // namespace

Mnist load_mnist(const std::filesystem::path& folder) {
  check_folder(folder);
  Mnist mnist;
  mnist.train = load(folder, Mode::kTrain, mnist.files);
  mnist.test = load(folder, Mode::kTest, mnist.files);
  return mnist;
}

Mnist load_mnist_test(const std::filesystem::path& folder) {
  check_folder(folder);
  Mnist mnist;
  mnist.test = load(folder, Mode::kTest, mnist.files);
  return mnist;
}

Split validation_split(const Dataset& dataset, double fraction) {
  if (!(fraction >= 0 && fraction < 1)) {
    throw Error("the validation split is {}: expected at least 0 and less than 1", fraction);
  }
  const std::int64_t rows = dataset.size();
  const auto kept =
      static_cast<std::int64_t>(std::floor(static_cast<double>(rows) * (1.0 - fraction)));
  if (kept == 0 || (fraction > 0 && kept == rows)) {
    throw Error("a validation split of {} of {} rows leaves {} to train on and {} to validate on",
                fraction, rows, kept, rows - kept);
  }
  return {dataset.rows(0, kept), dataset.rows(kept, rows)};
}

}  // namespace mnist
