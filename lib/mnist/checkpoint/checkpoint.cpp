#include "mnist/checkpoint/checkpoint.hpp"

#include <cstring>
#include <map>
#include <utility>

#include "mnist/checkpoint/checkpoint_format.hpp"
#include "mnist/error.hpp"

namespace mnist {
namespace {

constexpr std::string_view kAverage = "average.", kBest = "best.", kOrder = "order";

const std::map<std::string, torch::Dtype> kDtypes = {{"F32", torch::kFloat32},
                                                     {"F64", torch::kFloat64},
                                                     {"I64", torch::kInt64},
                                                     {"U8", torch::kUInt8}};

std::string name_of(torch::Dtype dtype) {
  for (const auto& [name, known] : kDtypes) {
    if (known == dtype) return name;
  }
  throw Error("a checkpoint holds no tensors of type {}", c10::toString(dtype));
}

RawTensor to_raw(const torch::Tensor& tensor) {
  return {name_of(tensor.scalar_type()),
          tensor.sizes().vec(),
          {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()}};
}

torch::Tensor to_tensor(const RawTensor& raw) {
  const auto dtype = kDtypes.find(raw.dtype);
  if (dtype == kDtypes.end()) throw Error("a tensor is of the unknown type '{}'", raw.dtype);
  torch::Tensor tensor = torch::empty(raw.shape, dtype->second);
  if (!raw.bytes.empty()) std::memcpy(tensor.data_ptr(), raw.bytes.data(), raw.bytes.size());
  return tensor;
}

}  // namespace

std::string to_bytes(const Checkpoint& checkpoint) {
  const TrainingState& state = checkpoint.state;
  CheckpointFile file{.run = checkpoint.run,
                      .history = state.history,
                      .best_epoch = state.best.epoch,
                      .best_loss = state.best.loss,
                      .steps_done = state.epoch.steps_done,
                      .totals = state.epoch.totals,
                      .seconds = state.epoch.seconds,
                      .tensors = {}};
  for (const auto& [name, tensor] : checkpoint.tensors) file.tensors.emplace(name, to_raw(tensor));
  for (const auto& [prefix, weights] :
       {std::pair(kBest, &state.best.weights), std::pair(kAverage, &state.average)}) {
    for (const auto& [name, tensor] : *weights) {
      file.tensors.emplace(fmt::format("{}{}", prefix, name), to_raw(tensor));
    }
  }
  if (state.epoch.order.defined()) file.tensors.emplace(kOrder, to_raw(state.epoch.order));
  return to_bytes(file);
}

Checkpoint parse_checkpoint(std::string_view bytes) {
  const CheckpointFile file = parse_checkpoint_file(bytes);
  Checkpoint checkpoint{
      .run = file.run,
      .state = {.history = file.history,
                .best = {file.best_epoch, file.best_loss, {}},
                .average = {},
                .epoch = {.number = static_cast<std::int64_t>(file.history.size()) + 1,
                          .order = {},
                          .steps_done = file.steps_done,
                          .totals = file.totals,
                          .seconds = file.seconds}},
      .tensors = {}};
  for (const auto& [name, raw] : file.tensors) {
    if (name == kOrder) {
      checkpoint.state.epoch.order = to_tensor(raw);
    } else if (name.starts_with(kBest)) {
      checkpoint.state.best.weights.emplace(name.substr(kBest.size()), to_tensor(raw));
    } else if (name.starts_with(kAverage)) {
      checkpoint.state.average.emplace(name.substr(kAverage.size()), to_tensor(raw));
    } else {
      checkpoint.tensors.emplace(name, to_tensor(raw));
    }
  }
  return checkpoint;
}

}  // namespace mnist
