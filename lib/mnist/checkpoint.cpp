#include "mnist/checkpoint.hpp"

#include <ATen/Context.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"
#include "mnist/kernels/fused_adam.hpp"
#include "mnist/libtorch_error.hpp"
#include "mnist/safetensors.hpp"
#include "mnist/sha256.hpp"

namespace mnist {
namespace {

constexpr std::string_view kFirstLine = "mnist checkpoint 1\n";
constexpr std::size_t kDigestSize = 64;
constexpr int kMostDepth = 16;  ///< of JSON
constexpr std::string_view kModel = "model.", kBest = "best.", kOrder = "order";
constexpr std::string_view kCpuGenerator = "generator.cpu", kDeviceGenerator = "generator.device";

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

std::string prefixed(std::string_view prefix, std::string_view name) {
  return fmt::format("{}{}", prefix, name);
}

/// Each parameter and buffer with its name. They share the model's memory.
NamedTensors named_values(const Cnn& model) {
  NamedTensors values;
  for (const auto& item : model->named_parameters()) values.emplace(item.key(), item.value());
  for (const auto& item : model->named_buffers()) values.emplace(item.key(), item.value());
  return values;
}

std::string adam_name(const std::string& value, const std::string& parameter) {
  return fmt::format("adam.{}.{}", value, parameter);
}

torch::Tensor find(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error("the checkpoint lacks '{}'", name);
  return found->second;
}

void copy_into(torch::Tensor target, const NamedTensors& tensors, const std::string& name) {
  const torch::Tensor source = find(tensors, name);
  if (source.sizes() != target.sizes() || source.scalar_type() != target.scalar_type()) {
    throw Error("the checkpoint's '{}' is {} {}: expected {} {}", name,
                c10::toString(source.scalar_type()), c10::str(source.sizes()),
                c10::toString(target.scalar_type()), c10::str(target.sizes()));
  }
  const torch::NoGradGuard no_grad;
  target.copy_(source);
}

void set_generator(torch::Device device, const NamedTensors& tensors, std::string_view name) {
  const torch::Tensor state = find(tensors, std::string(name));
  try {
    at::Generator generator = at::globalContext().defaultGenerator(device);
    generator.set_state(state);
  } catch (const c10::Error& error) {
    throw Error("the checkpoint's '{}' is no state of a random generator: {}", name,
                one_line(error));
  }
}

nlohmann::json to_json(const Score& score) { return {score.accuracy, score.loss}; }

/// JSON has no NaN, which is the score of no samples: it comes back from null.
double number(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Score to_score(const nlohmann::json& value) { return {number(value.at(0)), number(value.at(1))}; }

std::string state_text(const TrainingState& state) {
  nlohmann::json history = nlohmann::json::array();
  for (const EpochRecord& record : state.history) {
    history.push_back({{"train", to_json(record.train)},
                       {"validation", to_json(record.validation)},
                       {"seconds", record.seconds}});
  }
  const Totals& totals = state.epoch.totals;
  return nlohmann::json{{"history", history},
                        {"best", {{"epoch", state.best.epoch}, {"loss", state.best.loss}}},
                        {"steps_done", state.epoch.steps_done},
                        {"totals", {totals.samples, totals.correct, totals.loss}}}
      .dump();
}

/// Parses what a checkpoint of ours cannot nest deeper than: the depth of others is the stack's.
nlohmann::json parse_shallow(const std::string& text) {
  return nlohmann::json::parse(text, [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kMostDepth) throw Error("its JSON is nested deeper than {}", kMostDepth);
    return true;
  });
}

std::int64_t integer(const nlohmann::json& value) {
  if (!value.is_number_integer()) throw Error("a {} is no integer", value.type_name());
  return value.get<std::int64_t>();
}

TrainingState parse_state(const std::string& text) {
  const nlohmann::json json = parse_shallow(text);
  TrainingState state;
  for (const auto& entry : json.at("history")) {
    state.history.push_back({static_cast<std::int64_t>(state.history.size()) + 1,
                             to_score(entry.at("train")), to_score(entry.at("validation")),
                             entry.at("seconds").get<double>()});
  }
  state.best.epoch = integer(json.at("best").at("epoch"));
  state.best.loss = number(json.at("best").at("loss"));
  state.epoch.steps_done = integer(json.at("steps_done"));
  const auto& totals = json.at("totals");
  state.epoch.totals = {number(totals.at(0)), number(totals.at(1)), number(totals.at(2))};
  return state;
}

torch::Tensor to_tensor(const RawTensor& raw) {
  const auto dtype = kDtypes.find(raw.dtype);
  if (dtype == kDtypes.end()) throw Error("a tensor is of the unknown type '{}'", raw.dtype);
  torch::Tensor tensor = torch::empty(raw.shape, dtype->second);
  if (!raw.bytes.empty()) std::memcpy(tensor.data_ptr(), raw.bytes.data(), raw.bytes.size());
  return tensor;
}

}  // namespace

NamedTensors weights_of(const Cnn& model) {
  const torch::NoGradGuard no_grad;
  NamedTensors weights;
  for (const auto& [name, value] : named_values(model)) {
    weights.emplace(name, value.detach().to(torch::kCPU).contiguous().clone());
  }
  return weights;
}

void set_weights(Cnn& model, const NamedTensors& weights) {
  for (const auto& [name, value] : named_values(model)) copy_into(value, weights, name);
}

NamedTensors capture(const Cnn& model, const torch::optim::Optimizer& optimizer,
                     torch::Device device) {
  NamedTensors tensors;
  for (auto& [name, value] : weights_of(model)) tensors.emplace(prefixed(kModel, name), value);
  for (const auto& item : model->named_parameters()) {
    const torch::optim::AdamParamState* state = find_adam_state(optimizer, item.value());
    if (!state) continue;
    const auto store = [&](const char* what, const torch::Tensor& value) {
      tensors.emplace(adam_name(what, item.key()), value.to(torch::kCPU).contiguous().clone());
    };
    store("exp_avg", state->exp_avg());
    store("exp_avg_sq", state->exp_avg_sq());
    store("step", torch::full({}, state->step(), torch::kInt64));
  }
  const auto generator = [&](torch::Device of, std::string_view name) {
    tensors.emplace(name, at::globalContext().defaultGenerator(of).get_state().clone());
  };
  generator(torch::kCPU, kCpuGenerator);
  if (!device.is_cpu()) generator(device, kDeviceGenerator);
  return tensors;
}

void restore(const NamedTensors& tensors, Cnn& model, torch::optim::Optimizer& optimizer,
             torch::Device device) {
  for (const auto& [name, value] : named_values(model)) {
    copy_into(value, tensors, prefixed(kModel, name));
  }
  for (const auto& item : model->named_parameters()) {
    if (!tensors.contains(adam_name("step", item.key()))) continue;
    torch::optim::AdamParamState& state = adam_state(optimizer, item.value());
    const torch::Tensor step = torch::zeros({}, torch::kInt64);
    copy_into(step, tensors, adam_name("step", item.key()));
    state.step(step.item<std::int64_t>());
    copy_into(state.exp_avg(), tensors, adam_name("exp_avg", item.key()));
    copy_into(state.exp_avg_sq(), tensors, adam_name("exp_avg_sq", item.key()));
  }
  set_generator(torch::kCPU, tensors, kCpuGenerator);
  if (!device.is_cpu()) set_generator(device, tensors, kDeviceGenerator);
}

std::string to_bytes(const Checkpoint& checkpoint) {
  NamedTensors tensors = checkpoint.tensors;
  for (const auto& [name, value] : checkpoint.state.best.weights) {
    tensors.emplace(prefixed(kBest, name), value);
  }
  if (checkpoint.state.epoch.order.defined()) {
    tensors.emplace(kOrder, checkpoint.state.epoch.order);
  }
  Safetensors file;
  file.metadata = {{"run", checkpoint.run}, {"state", state_text(checkpoint.state)}};
  for (const auto& [name, tensor] : tensors) {
    file.tensors.emplace(name,
                         RawTensor{name_of(tensor.scalar_type()),
                                   tensor.sizes().vec(),
                                   {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()}});
  }
  const std::string payload = to_bytes(file);
  return fmt::format("{}{}\n{}", kFirstLine, sha256(payload), payload);
}

Checkpoint parse_checkpoint(std::string_view bytes) {
  const std::size_t header_size = kFirstLine.size() + kDigestSize + 1;
  if (!bytes.starts_with(kFirstLine.substr(0, kFirstLine.find('1')))) {
    throw Error("it is no checkpoint: expected it to begin with '{}'",
                kFirstLine.substr(0, kFirstLine.size() - 1));
  }
  if (!bytes.starts_with(kFirstLine)) throw Error("it is a checkpoint of another format version");
  if (bytes.size() < header_size) throw Error("it is damaged: its end is missing");
  const std::string_view digest = bytes.substr(kFirstLine.size(), kDigestSize);
  const std::string_view payload = bytes.substr(header_size);
  if (sha256(payload) != digest || bytes[header_size - 1] != '\n') {
    throw Error("it is damaged: its SHA-256 is not the one it was written with");
  }

  const Safetensors file = parse_safetensors(payload);
  if (!file.metadata.contains("run") || !file.metadata.contains("state")) {
    throw Error("it does not say what run it belongs to");
  }
  Checkpoint checkpoint;
  checkpoint.run = file.metadata.at("run");
  try {
    parse_shallow(checkpoint.run);
    checkpoint.state = parse_state(file.metadata.at("state"));
  } catch (const nlohmann::json::exception& error) {
    throw Error("its training state is not as expected: {}", error.what());
  }
  for (const auto& [name, raw] : file.tensors) {
    if (name == kOrder) {
      checkpoint.state.epoch.order = to_tensor(raw);
    } else if (name.starts_with(kBest)) {
      checkpoint.state.best.weights.emplace(name.substr(kBest.size()), to_tensor(raw));
    } else {
      checkpoint.tensors.emplace(name, to_tensor(raw));
    }
  }
  return checkpoint;
}

}  // namespace mnist
