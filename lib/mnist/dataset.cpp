#include "mnist/dataset.hpp"

#include <torch/data/datasets/mnist.h>
#include <torch/types.h>

#include <cmath>
#include <utility>

#include "mnist/data/read_data.hpp"
#include "mnist/error.hpp"
#include "mnist/machine/thread_pool.hpp"

namespace mnist {
namespace {

using Mode = torch::data::datasets::MNIST::Mode;

Dataset to_dataset(ImageBytes set, const std::filesystem::path& folder, Mode mode) {
  if (set.in_libtorchs_files) {
    const torch::data::datasets::MNIST dataset(folder.string(), mode);
    return {dataset.images(), dataset.targets()};
  }
  const auto rows = static_cast<std::int64_t>(set.size());
  const torch::Tensor pixels =
      torch::from_blob(set.pixels.data(), {rows, 1, set.side, set.side}, torch::kUInt8);
  const torch::Tensor labels = torch::from_blob(set.labels.data(), {rows}, torch::kUInt8);
  return {pixels.to(torch::kFloat32).div_(255), labels.to(torch::kInt64)};
}

}  // namespace

Data load_data(const std::filesystem::path& path, DataRequest request) {
  request.threads = pool_threads();
  CheckedData data = read_data(path, request);
  Data loaded{.train = {}, .test = {}, .facts = std::move(data.facts)};
  if (request.with_training) {
    loaded.train = to_dataset(std::move(data.train), data.folder, Mode::kTrain);
  }
  loaded.test = to_dataset(std::move(data.test), data.folder, Mode::kTest);
  return loaded;
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
