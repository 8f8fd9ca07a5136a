#include "server/sparse_json.hpp"

#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "server/http.hpp"

namespace mnist {
namespace {

using Json = nlohmann::json;
namespace parsed = simdjson::ondemand;

constexpr int kMostDepth = 16, kMostValues = 10'000;

/// Where in a request a value is.
enum class RequestPart { kRequest, kAllInputs, kOneInput, kTensor, kElsewhere };

/// That of a field of an object.
RequestPart part_of_field(RequestPart object, std::string_view name) {
  if (object == RequestPart::kRequest && name == "inputs") return RequestPart::kAllInputs;
  if (object == RequestPart::kOneInput && name == "data") return RequestPart::kTensor;
  return RequestPart::kElsewhere;
}

/// Errors of the parser are exceptions of its own.
class SparseReader {
 public:
  SparseJson read_request(parsed::value request) {
    result_.json = read(request, RequestPart::kRequest, 1);
    return std::move(result_);
  }

 private:
  Json read(parsed::value value, RequestPart part, int depth) {
    if (++values_ > kMostValues) {
      throw HttpError(400, "the JSON has more than {} values beside the tensors", kMostValues);
    }
    switch (value.type()) {
      case parsed::json_type::object:
        return read_object(value, part, depth);
      case parsed::json_type::array:
        return part == RequestPart::kTensor ? read_tensor(value, depth)
                                            : read_array(value, part, depth);
      case parsed::json_type::number:
        return read_number(value);
      case parsed::json_type::string:
        return std::string(value.get_string().value());
      case parsed::json_type::boolean:
        return value.get_bool().value();
      default:
        return value.is_null() ? Json() : throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
    }
  }

  Json read_object(parsed::value value, RequestPart part, int depth) {
    check_depth(depth);
    Json object = Json::object();
    for (parsed::field field : value.get_object()) {
      const std::string name(field.unescaped_key().value());
      if (object.contains(name)) throw HttpError(400, "the JSON has '{}' twice", name);
      object[name] = read(field.value(), part_of_field(part, name), depth + 1);
    }
    return object;
  }

  Json read_array(parsed::value value, RequestPart part, int depth) {
    check_depth(depth);
    Json array = Json::array();
    const RequestPart inside =
        part == RequestPart::kAllInputs ? RequestPart::kOneInput : RequestPart::kElsewhere;
    for (parsed::value element : value.get_array()) {
      array.push_back(read(element, inside, depth + 1));
    }
    return array;
  }

  /// The tensor's index.
  Json read_tensor(parsed::value value, int depth) {
    const std::size_t index = result_.tensors.size();
    result_.tensors.emplace_back();
    read_numbers(value, depth);
    return index;
  }

  void read_numbers(parsed::value value, int depth) {
    check_depth(depth);
    for (parsed::value element : value.get_array()) {
      const parsed::json_type type = element.type();
      if (type == parsed::json_type::array) {
        read_numbers(element, depth + 1);
      } else if (type == parsed::json_type::number) {
        const double number = element.get_double();
        if (std::abs(number) > std::numeric_limits<float>::max()) {
          refuse_in_tensor("a number beyond 32 bits");
        }
        result_.tensors.back().push_back(static_cast<float>(number));
      } else {
        refuse_in_tensor(type == parsed::json_type::object   ? "an object"
                         : type == parsed::json_type::string ? "a string"
                         : type == parsed::json_type::boolean
                             ? (element.get_bool().value() ? "true" : "false")
                             : "null");
      }
    }
  }

  static Json read_number(parsed::value value) {
    std::uint64_t natural = 0;
    std::int64_t whole = 0;
    if (value.get_uint64().get(natural) == simdjson::SUCCESS) return natural;
    if (value.get_int64().get(whole) == simdjson::SUCCESS) return whole;
    return value.get_double().value();
  }

  static void check_depth(int depth) {
    if (depth > kMostDepth) throw HttpError(400, "the JSON is nested deeper than {}", kMostDepth);
  }

  [[noreturn]] void refuse_in_tensor(const char* found) const {
    throw HttpError(400, "the data of a tensor has {} at index {}: expected numbers", found,
                    result_.tensors.back().size());
  }

  SparseJson result_ = {};
  int values_ = 0;
};

}  // namespace

SparseJson parse_sparse_json(std::string_view text) {
  const simdjson::padded_string padded(text);
  try {
    parsed::parser parser;
    parsed::document document = parser.iterate(padded);
    SparseJson result = SparseReader().read_request(document.get_value());
    const bool more_comes = document.current_location().error() != simdjson::OUT_OF_BOUNDS;
    if (more_comes) throw simdjson::simdjson_error(simdjson::TRAILING_CONTENT);
    return result;
  } catch (const simdjson::simdjson_error& error) {
    if (error.error() == simdjson::NUMBER_ERROR) {
      throw HttpError(400,
                      "the body is no JSON object: it has a number that is none, or too large");
    }
    throw HttpError(
        400, "the body is no JSON object: expected a whole one in UTF-8, and nothing behind it");
  }
}

}  // namespace mnist
