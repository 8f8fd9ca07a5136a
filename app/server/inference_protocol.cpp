#include "server/inference_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "run/revision.hpp"
#include "server/sparse_json.hpp"

namespace mnist {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

constexpr const char *kInput = "images", *kOutput = "probabilities", *kDataType = "FP32";

std::string text_of(const OrderedJson& json) {
  return json.dump(-1, ' ', true, OrderedJson::error_handler_t::replace);
}

/// A value as an error quotes it.
std::string quoted(const Json& value) {
  constexpr std::size_t kMost = 80;
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

/// What an object has under a name; null where it has nothing.
const Json& value_of(const Json& object, const char* name) {
  static const Json kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

[[noreturn]] void refuse(std::string_view where, const std::string& expected, const Json& found) {
  throw HttpError(400, "{}: expected {}, found {}", where, expected,
                  found.is_null() ? "none" : quoted(found));
}

/// An object's "parameters", which is an object if it is there.
const Json& parameters_of(const Json& object, std::string_view where) {
  static const Json kNone = Json::object();
  const Json& parameters = value_of(object, "parameters");
  if (parameters.is_null()) return kNone;
  if (!parameters.is_object()) refuse(fmt::format("{} parameters", where), "an object", parameters);
  return parameters;
}

/// Nothing where it is not there.
std::optional<bool> switch_in(const Json& parameters, const char* name) {
  const Json& value = value_of(parameters, name);
  if (value.is_null()) return std::nullopt;
  if (!value.is_boolean()) refuse(name, "true or false", value);
  return value.get<bool>();
}

std::size_t pixels_of(const ServedModel& model) {
  return static_cast<std::size_t>(model.side) * static_cast<std::size_t>(model.side);
}

/// How many images the shape [N, 1, side, side] is of.
std::size_t count_in(const Json& shape, const ServedModel& model) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
  const auto is = [&](std::size_t index, std::uint64_t size) {
    return shape[index].is_number_unsigned() && shape[index].get<std::uint64_t>() == size;
  };
  const auto side = static_cast<std::uint64_t>(model.side);
  if (!shape.is_array() || shape.size() != 4 || !shape[0].is_number_unsigned() || is(0, 0) ||
      shape[0].get<std::uint64_t>() > kMost || !is(1, 1) || !is(2, side) || !is(3, side)) {
    refuse("the shape of 'images'", fmt::format("[N,1,{0},{0}] with N from 1", side), shape);
  }
  return shape[0].get<std::size_t>();
}

std::vector<float> from_bytes(std::string_view bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  if (const auto odd = std::ranges::find_if_not(values, [](float v) { return std::isfinite(v); });
      odd != values.end()) {
    throw HttpError(400, "the data of 'images' has {} at index {}: expected finite numbers", *odd,
                    odd - values.begin());
  }
  return values;
}

/// The one tensor, out of the JSON or from behind it.
std::vector<float> images_of(const Json& input, std::vector<std::vector<float>> tensors,
                             std::string_view behind, const ServedModel& model) {
  const Json& name = value_of(input, "name");
  if (name != kInput) refuse("the name of the input", "\"images\"", name);
  const Json& type = value_of(input, "datatype");
  if (type != kDataType) refuse("the datatype of 'images'", "\"FP32\"", type);
  const std::size_t expected = count_in(value_of(input, "shape"), model) * pixels_of(model);
  const Json& size = value_of(parameters_of(input, "the input's"), "binary_data_size");
  if (size.is_null()) {
    if (tensors.empty()) refuse("the data of 'images'", "an array", value_of(input, "data"));
    if (!behind.empty()) {
      throw HttpError(400, "expected nothing behind the JSON, as no tensor has a binary_data_size");
    }
    if (tensors.front().size() != expected) {
      throw HttpError(400, "the data of 'images': expected {} numbers, as its shape has, found {}",
                      expected, tensors.front().size());
    }
    return std::move(tensors.front());
  }
  if (!tensors.empty()) throw HttpError(400, "'images' has both data and a binary_data_size");
  const std::size_t bytes = expected * sizeof(float);
  if (!size.is_number_unsigned() || size.get<std::uint64_t>() != bytes) {
    refuse("the binary_data_size of 'images'", fmt::format("{}, as its shape has", bytes), size);
  }
  if (behind.size() != bytes) {
    throw HttpError(400, "expected {} bytes behind the JSON, found {}", bytes, behind.size());
  }
  return from_bytes(behind);
}

/// Whether the probabilities are to be binary. `usual`: where they do not say.
bool read_outputs(const Json& outputs, bool usual) {
  if (outputs.is_null()) return usual;
  if (!outputs.is_array() || outputs.size() != 1 || !outputs[0].is_object()) {
    refuse("outputs", "an array of one object", outputs);
  }
  const Json& name = value_of(outputs[0], "name");
  if (name != kOutput) refuse("the name of the output", "\"probabilities\"", name);
  const Json& parameters = parameters_of(outputs[0], "the output's");
  if (const Json& count = value_of(parameters, "classification"); !count.is_null()) {
    refuse("the output's classification", "none, as that extension is not served", count);
  }
  return switch_in(parameters, "binary_data").value_or(usual);
}

std::size_t json_size(std::string_view header, std::size_t body_size) {
  if (header.empty()) return body_size;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), size);
  if (error != std::errc() || end != header.data() + header.size() || size > body_size) {
    throw HttpError(400,
                    "the Inference-Header-Content-Length is '{}': expected a whole number up to {}",
                    header, body_size);
  }
  return size;
}

OrderedJson tensor(const char* name, std::vector<std::int64_t> shape) {
  return {{"name", name}, {"datatype", kDataType}, {"shape", std::move(shape)}};
}

}  // namespace

std::string server_metadata() {
  return text_of({{"name", "mnist"},
                  {"version", kVersion},
                  {"extensions", OrderedJson::array({"binary_tensor_data"})}});
}

std::string model_metadata(const ServedModel& model) {
  return text_of({{"name", model.name},
                  {"versions", OrderedJson::array({kModelVersion})},
                  {"platform", "pytorch_libtorch"},
                  {"inputs", OrderedJson::array({tensor(kInput, {-1, 1, model.side, model.side})})},
                  {"outputs", OrderedJson::array({tensor(kOutput, {-1, model.classes})})}});
}

std::string model_ready(const ServedModel& model) {
  return text_of({{"name", model.name}, {"ready", true}});
}

InferRequest parse_infer_request(std::string_view body, std::string_view json_length,
                                 const ServedModel& model) {
  const std::size_t size = json_size(json_length, body.size());
  SparseJson sparse = parse_sparse_json(body.substr(0, size));
  const Json& json = sparse.json;
  if (!json.is_object()) refuse("the request", "an object", json);
  InferRequest request;
  if (const Json& id = value_of(json, "id"); id.is_string()) {
    request.id = id.get<std::string>();
  } else if (!id.is_null()) {
    refuse("id", "a string", id);
  }
  const bool usual =
      switch_in(parameters_of(json, "the request's"), "binary_data_output").value_or(false);
  request.binary_answer = read_outputs(value_of(json, "outputs"), usual);
  const Json& inputs = value_of(json, "inputs");
  if (!inputs.is_array() || inputs.size() != 1 || !inputs[0].is_object()) {
    refuse("inputs", "an array of one object", inputs);
  }
  request.images = images_of(inputs[0], std::move(sparse.tensors), body.substr(size), model);
  return request;
}

HttpAnswer infer_answer(const InferRequest& request, std::span<const float> probabilities,
                        const ServedModel& model) {
  const auto count = static_cast<std::int64_t>(request.images.size() / pixels_of(model));
  OrderedJson output = tensor(kOutput, {count, model.classes});
  if (request.binary_answer) {
    output["parameters"] = {{"binary_data_size", probabilities.size_bytes()}};
  } else {
    output["data"] = std::vector<float>(probabilities.begin(), probabilities.end());
  }
  OrderedJson json = {{"model_name", model.name}, {"model_version", kModelVersion}};
  if (request.id) json["id"] = *request.id;
  json["outputs"] = OrderedJson::array({std::move(output)});
  HttpAnswer answer{.body = text_of(json)};
  if (request.binary_answer) {
    answer.type = "application/octet-stream";
    answer.headers = {{"Inference-Header-Content-Length", std::to_string(answer.body.size())}};
    answer.body.append(reinterpret_cast<const char*>(probabilities.data()),
                       probabilities.size_bytes());
  }
  return answer;
}

}  // namespace mnist
