#include "mnist/checkpoint.hpp"

#include <cstring>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"
#include "mnist/safetensors.hpp"
#include "mnist/sha256.hpp"

namespace mnist {
namespace {

constexpr std::string_view kFirstLine = "mnist checkpoint 1\n";
constexpr std::size_t kDigestSize = 64;
constexpr int kMostDepth = 16;  ///< of JSON
constexpr std::string_view kBest = "best.", kOrder = "order";

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

std::string to_bytes(const Checkpoint& checkpoint) {
  NamedTensors tensors = checkpoint.tensors;
  for (const auto& [name, value] : checkpoint.state.best.weights) {
    tensors.emplace(fmt::format("{}{}", kBest, name), value);
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
