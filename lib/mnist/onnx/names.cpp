#include "mnist/onnx/names.hpp"

#include <stdexcept>

namespace mnist::onnx {

const Names::Entry* Names::find(const at::Tensor& tensor) const {
  const auto found = entries_.find(tensor.unsafeGetTensorImpl());
  return found == entries_.end() ? nullptr : &found->second;
}

void Names::set(const at::Tensor& tensor, const std::string& name) {
  entries_.insert_or_assign(
      tensor.unsafeGetTensorImpl(),
      Entry{c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()), name, {}});
}

void Names::set_missing(const at::Tensor& tensor, const std::string& why) {
  entries_.insert_or_assign(
      tensor.unsafeGetTensorImpl(),
      Entry{c10::weak_intrusive_ptr<c10::TensorImpl>(tensor.getIntrusivePtr()), {}, why});
}

const std::string& Names::name(const at::Tensor& tensor) const {
  const Entry* entry = find(tensor);
  if (!entry) throw std::runtime_error("it is not computed from the input");
  if (entry->name.empty()) throw std::runtime_error(entry->why_missing);
  return entry->name;
}

void Names::set_changed(const at::Tensor& tensor, std::string name) {
  for (auto& [other, entry] : entries_) {
    const auto alive = entry.tensor.lock();
    if (alive && alive->has_storage() && alive->storage().is_alias_of(tensor.storage())) {
      entry.name.clear();
      entry.why_missing = "it takes a view whose values were changed in place by way of another";
    }
  }
  set(tensor, name);
}

}  // namespace mnist::onnx
