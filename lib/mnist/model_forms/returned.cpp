#include "mnist/model_forms/returned.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mnist {
namespace {

constexpr int kMostDepth = 8;  // whoever nests deeper does not mean to be understood

void collect(const torch::IValue& value, const std::string& place, int depth,
             std::vector<ReturnedTensor>& tensors) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) tensors.push_back({place, value.toTensor()});
    return;
  }
  if (depth == kMostDepth) return;
  const auto collect_all = [&](const auto& elements) {
    std::size_t i = 0;
    for (const torch::IValue& element : elements) {
      collect(element, fmt::format("{}[{}]", place, i++), depth + 1, tensors);
    }
  };
  if (value.isTuple()) collect_all(value.toTupleRef().elements());
  if (value.isList()) collect_all(value.toListRef());
  if (!value.isGenericDict()) return;
  for (const auto& item : value.toGenericDict()) {
    const std::string key = item.key().isString() ? fmt::format("'{}'", item.key().toStringRef())
                                                  : c10::str(item.key());
    collect(item.value(), fmt::format("{}[{}]", place, key), depth + 1, tensors);
  }
}

}  // namespace

std::vector<ReturnedTensor> tensors_in(const torch::IValue& returned) {
  std::vector<ReturnedTensor> tensors;
  collect(returned, "", 0, tensors);
  return tensors;
}

std::optional<torch::Tensor> rows_of(const torch::Tensor& tensor, std::int64_t images,
                                     std::int64_t classes) {
  if (!tensor.is_floating_point()) return std::nullopt;
  std::vector<std::int64_t> sizes;
  for (const std::int64_t size : tensor.sizes()) {
    if (size != 1) sizes.push_back(size);
  }
  if (images != 1 && sizes.size() == 2 && sizes[0] == images) sizes.erase(sizes.begin());
  if (sizes.size() != 1) return std::nullopt;
  const std::int64_t each = tensor.numel() / images;
  const bool fits = each * images == tensor.numel() && each >= 2 &&
                    (classes == 0 ? sizes[0] == each : each == classes);
  if (!fits) return std::nullopt;
  return tensor.reshape({images, each});
}

std::string describe(const torch::IValue& returned) {
  const auto text = [](const torch::Tensor& tensor) {
    return c10::str(c10::toString(tensor.scalar_type()), " ", tensor.sizes());
  };
  if (returned.isTensor()) return text(returned.toTensor());
  std::vector<std::string> texts;
  for (const ReturnedTensor& found : tensors_in(returned)) texts.push_back(text(found.tensor));
  if (texts.empty()) return fmt::format("a value of type {}", returned.tagKind());
  return fmt::format("({})", fmt::join(texts, ", "));
}

}  // namespace mnist
