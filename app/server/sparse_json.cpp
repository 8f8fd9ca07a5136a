#include "server/sparse_json.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "server/http.hpp"

namespace mnist {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostDepth = 16, kMostValues = 10'000;
constexpr std::size_t kTensorDepth =
    3;  // of the object in "inputs" that has it, the request being 1

[[noreturn]] void refuse_as_no_json(std::size_t position) {
  throw HttpError(400, "the body is no JSON: it goes wrong at byte {}", position);
}

/// Takes what the parser finds, in its order.
/// https://json.nlohmann.me/features/parsing/sax_interface
class SparseReader final : public nlohmann::json_sax<Json> {
 public:
  explicit SparseReader(SparseJson& result) : result_(result) {}

  bool null() override { return scalar(nullptr, "null"); }
  bool boolean(bool value) override { return scalar(value, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return number(value); }
  bool number_unsigned(number_unsigned_t value) override { return number(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return number(value);
  }
  bool string(string_t& value) override { return scalar(value, "a string"); }
  bool binary(binary_t& /*value*/) override { return false; }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) throw HttpError(400, "the JSON has '{}' twice", name);
    name_ = name;
    return true;
  }
  bool start_object(std::size_t /*size*/) override {
    if (tensor_depth_ > 0) refuse_in_tensor("an object");
    return open(Json::object());
  }
  bool end_object() override {
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    if (tensor_depth_ == 0 && !begins_tensor()) return open(Json::array());
    if (tensor_depth_ == 0) {
      add(result_.tensors.size());
      result_.tensors.emplace_back();
    }
    check_depth(open_.size() + ++tensor_depth_);
    return true;
  }
  bool end_array() override {
    if (tensor_depth_ > 0) {
      --tensor_depth_;
    } else {
      open_.pop_back();
    }
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    constexpr int kOutOfRange = 406;
    if (error.id == kOutOfRange) {
      throw HttpError(400, "the JSON has a number at byte {} that is too large", position);
    }
    refuse_as_no_json(position);
  }

 private:
  static void check_depth(std::size_t depth) {
    if (depth > kMostDepth) throw HttpError(400, "the JSON is nested deeper than {}", kMostDepth);
  }

  [[noreturn]] void refuse_in_tensor(const char* found) const {
    throw HttpError(400, "the data of a tensor has {} at index {}: expected numbers", found,
                    result_.tensors.back().size());
  }

  bool begins_tensor() const {
    return open_.size() == kTensorDepth && name_ == "data" && open_.back()->is_object() &&
           open_[1] == inputs_;
  }

  template <typename Number>
  bool number(Number value) {
    if (tensor_depth_ == 0) return add(value);
    if (std::abs(static_cast<double>(value)) > std::numeric_limits<float>::max()) {
      refuse_in_tensor("a number beyond 32 bits");
    }
    result_.tensors.back().push_back(static_cast<float>(value));
    return true;
  }

  template <typename Value>
  bool scalar(Value&& value, const char* name) {
    if (tensor_depth_ > 0) refuse_in_tensor(name);
    return add(std::forward<Value>(value));
  }

  /// Puts a value where the parser is, and remembers where that is.
  bool add(Json value) {
    if (++values_ > kMostValues) {
      throw HttpError(400, "the JSON has more than {} values beside the tensors", kMostValues);
    }
    if (open_.empty()) {
      result_.json = std::move(value);
      added_ = &result_.json;
    } else if (open_.back()->is_array()) {
      open_.back()->push_back(std::move(value));
      added_ = &open_.back()->back();
    } else {
      added_ = &(*open_.back())[name_];
      *added_ = std::move(value);
      if (open_.size() == 1 && name_ == "inputs") inputs_ = added_;
    }
    return true;
  }

  bool open(Json container) {
    add(std::move(container));
    open_.push_back(added_);
    check_depth(open_.size());
    return true;
  }

  SparseJson& result_;
  std::vector<Json*>
      open_;  ///< the containers around, none of which grows while it is not the last
  Json* added_ = nullptr;
  Json* inputs_ = nullptr;  ///< the request's "inputs"
  std::string name_;        ///< of the next value of an object
  std::size_t tensor_depth_ = 0, values_ = 0;
};

}  // namespace

SparseJson parse_sparse_json(std::string_view text) {
  // The parser would take a zero for the end.
  if (const std::size_t zero = text.find('\0'); zero != text.npos) refuse_as_no_json(zero + 1);
  SparseJson result;
  SparseReader reader(result);
  Json::sax_parse(text, &reader);
  return result;
}

}  // namespace mnist
