#include "report/events.hpp"

#include <fmt/format.h>

#include <bit>
#include <utility>
#include <variant>

#include "mnist/files/crc32c.hpp"
#include "mnist/image/png_encoder.hpp"
#include "mnist/onnx/protobuf.hpp"

namespace mnist {
namespace {

using onnx::Message;

std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
  return text;
}

Message event_at(double time, std::int64_t step) {
  Message event;
  event.number(1, time);
  event.integer(2, step);
  return event;
}

/// An event of one `Summary.Value`.
std::string summary_event(double time, std::int64_t step, const Message& value) {
  Message summary, event = event_at(time, step);
  summary.message(1, value);
  event.message(5, summary);
  return std::move(event).take();
}

/// The head of a `TensorProto` of one dimension.
Message tensor_of(std::int64_t type, std::int64_t elements) {
  Message size, shape, tensor;
  size.integer(1, elements);
  shape.message(2, size);
  tensor.integer(1, type);
  tensor.message(2, shape);
  return tensor;
}

/// `HParamsPluginData` of hparams/plugin_data.proto, version 0, with one field.
std::string hparams_plugin_event(double time, const char* tag, int field, const Message& content) {
  Message data, plugin, metadata, value;
  data.message(field, content);
  plugin.bytes(1, "hparams");
  plugin.bytes(2, std::move(data).take());
  metadata.message(1, plugin);
  value.bytes(1, tag);
  value.message(9, metadata);
  // TensorBoard leaves out a value without content: this is a tensor of no floats.
  constexpr std::int64_t kFloat = 1;
  value.message(8, tensor_of(kFloat, 0));
  return summary_event(time, 0, value);
}

/// `google.protobuf.Value`.
Message value_of(const OptionValue& option) {
  Message value;
  if (const auto* flag = std::get_if<bool>(&option)) {
    value.integer(4, *flag);
  } else if (const auto* integer = std::get_if<std::int64_t>(&option)) {
    value.number(2, static_cast<double>(*integer));
  } else if (const auto* number = std::get_if<double>(&option)) {
    value.number(2, *number);
  } else {
    value.bytes(3, std::get<std::string>(option));
  }
  return value;
}

}  // namespace

std::uint32_t masked_crc(std::string_view bytes) {
  return std::rotr(crc32c(bytes), 15) + 0xa282ead8;
}

std::string event_record(std::string_view event) {
  const std::string length = little_endian(event.size(), 8);
  std::string record = length + little_endian(masked_crc(length), 4);
  record += event;
  return record + little_endian(masked_crc(event), 4);
}

std::string version_event(double time) {
  Message event;
  event.number(1, time);
  event.bytes(3, "brain.Event:2");
  return std::move(event).take();
}

std::string restart_event(double time, std::int64_t step) {
  constexpr std::int64_t kStart = 1;
  Message session, event = event_at(time, step);
  session.integer(1, kStart);
  event.message(7, session);
  return std::move(event).take();
}

std::string scalar_event(double time, std::int64_t step, const std::string& tag, double value) {
  Message scalar;
  scalar.bytes(1, tag);
  scalar.number(2, static_cast<float>(value));
  return summary_event(time, step, scalar);
}

// As the plugin images has it: a tensor of three texts. The older `Summary.Image` would lose its
// caption in TensorBoard's fast loader.
std::string image_event(double time, std::int64_t step, const EventImage& image) {
  constexpr std::int64_t kString = 7, kBlobSequence = 3;
  Message tensor = tensor_of(kString, 3);
  tensor.bytes(8, fmt::format("{}", image.pixels.width));
  tensor.bytes(8, fmt::format("{}", image.pixels.height));
  tensor.bytes(8, to_png(image.pixels));
  Message plugin, metadata, value;
  plugin.bytes(1, "images");
  metadata.message(1, plugin);
  metadata.bytes(2, image.caption);
  metadata.bytes(3, image.caption);
  metadata.integer(4, kBlobSequence);
  value.bytes(1, image.tag);
  value.message(8, tensor);
  value.message(9, metadata);
  return summary_event(time, step, value);
}

std::string hparams_event(double time, const RunRecord& run) {
  Message start;
  for (const auto& [name, option] : run.options) {
    Message entry;
    entry.bytes(1, name);
    entry.message(2, value_of(option));
    start.message(1, entry);
  }
  start.number(5, time);
  return hparams_plugin_event(time, "_hparams_/session_start_info", 3, start);
}

std::string end_of_session_event(double time) {
  constexpr std::int64_t kSuccess = 1;
  Message end;
  end.integer(1, kSuccess);
  end.number(2, time);
  return hparams_plugin_event(time, "_hparams_/session_end_info", 4, end);
}

}  // namespace mnist
