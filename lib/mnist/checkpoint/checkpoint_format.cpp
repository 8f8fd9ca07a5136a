#include "mnist/checkpoint/checkpoint_format.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"
#include "mnist/files/sha256.hpp"
#include "mnist/files/shallow_json.hpp"

namespace mnist {
namespace {

constexpr std::string_view kFirstLine = "mnist checkpoint 1\n";
constexpr std::size_t kDigestSize = 64;

nlohmann::json to_json(const LossAndAccuracy& means) { return {means.accuracy, means.loss}; }

std::string state_text(const CheckpointFile& file) {
  nlohmann::json history = nlohmann::json::array();
  for (const EpochRecord& record : file.history) {
    history.push_back({{"train", to_json(record.train)},
                       {"validation", to_json(record.validation)},
                       {"seconds", record.seconds}});
  }
  return nlohmann::json{{"history", history},
                        {"best", {{"epoch", file.best_epoch}, {"loss", file.best_loss}}},
                        {"steps_done", file.steps_done},
                        {"totals", {file.totals.samples, file.totals.correct, file.totals.loss}},
                        {"seconds", file.seconds}}
      .dump();
}

std::int64_t integer(const nlohmann::json& value) {
  if (!value.is_number_integer()) throw Error("a {} is no integer", value.type_name());
  return value.get<std::int64_t>();
}

/// JSON has no NaN, which is the score of no samples: it comes back from null.
double number(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

LossAndAccuracy to_means(const nlohmann::json& value) {
  return {number(value.at(0)), number(value.at(1))};
}

void parse_state(const std::string& text, CheckpointFile& file) {
  const nlohmann::json state = parse_shallow(text);
  for (const auto& entry : state.at("history")) {
    file.history.push_back({static_cast<std::int64_t>(file.history.size()) + 1,
                            to_means(entry.at("train")), to_means(entry.at("validation")),
                            number(entry.at("seconds"))});
  }
  file.best_epoch = integer(state.at("best").at("epoch"));
  file.best_loss = number(state.at("best").at("loss"));
  file.steps_done = integer(state.at("steps_done"));
  const auto& totals = state.at("totals");
  file.totals = {number(totals.at(0)), number(totals.at(1)), number(totals.at(2))};
  file.seconds = number(state.at("seconds"));
}

}  // namespace

std::string to_bytes(const CheckpointFile& file) {
  const std::string payload =
      to_bytes(Safetensors{file.tensors, {{"run", file.run}, {"state", state_text(file)}}});
  return fmt::format("{}{}\n{}", kFirstLine, sha256(payload), payload);
}

CheckpointFile parse_checkpoint_file(std::string_view bytes) {
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

  Safetensors content = parse_safetensors(payload);
  if (!content.metadata.contains("run") || !content.metadata.contains("state")) {
    throw Error("it does not say what run it belongs to");
  }
  CheckpointFile file;
  file.run = content.metadata.at("run");
  try {
    parse_shallow(file.run);
    parse_state(content.metadata.at("state"), file);
  } catch (const nlohmann::json::exception& error) {
    throw Error("its training state is not as expected: {}", error.what());
  }
  file.tensors = std::move(content.tensors);
  return file;
}

}  // namespace mnist
