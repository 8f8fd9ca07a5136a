#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>

namespace mnist::onnx {

/// Which of the tensors at hand were computed from the model's input, and what they are called in
/// the graph. It knows them by themselves, as LibTorch's tracer does: so it does not matter what
/// lists, tuples and dictionaries they went through.
class Names {
 public:
  /// The tensor's values are those that `name` has in the graph.
  void set(const at::Tensor& tensor, const std::string& name);
  /// The tensor depends on the input, but has no counterpart in the graph; `why` says so.
  void set_missing(const at::Tensor& tensor, const std::string& why);

  bool is_known(const at::Tensor& tensor) const { return find(tensor) != nullptr; }
  /// Throws `std::runtime_error` where the tensor is missing, or not known.
  const std::string& name(const at::Tensor& tensor) const;

  /// The tensor's values were changed in place, and with them those of all that share its memory.
  void set_changed(const at::Tensor& tensor, std::string name);

 private:
  struct Entry {
    c10::weak_intrusive_ptr<c10::TensorImpl> tensor;  ///< nobody else gets its address meanwhile
    std::string name, why_missing;
  };
  const Entry* find(const at::Tensor& tensor) const;

  std::unordered_map<const c10::TensorImpl*, Entry> entries_;
};

}  // namespace mnist::onnx
