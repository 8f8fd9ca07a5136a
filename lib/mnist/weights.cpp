#include "mnist/weights.hpp"

#include <bit>
#include <string_view>

#include "mnist/error.hpp"
#include "mnist/files/sha256.hpp"

namespace mnist {
namespace {

static_assert(std::endian::native == std::endian::little);

/// As Python writes it after "torch."; LibTorch's C++ has other names alone ("Float").
std::string_view dtype_name(torch::ScalarType type) {
  switch (type) {
    case torch::kBool:
      return "bool";
    case torch::kUInt8:
      return "uint8";
    case torch::kInt8:
      return "int8";
    case torch::kInt16:
      return "int16";
    case torch::kInt32:
      return "int32";
    case torch::kInt64:
      return "int64";
    case torch::kFloat16:
      return "float16";
    case torch::kBFloat16:
      return "bfloat16";
    case torch::kFloat32:
      return "float32";
    case torch::kFloat64:
      return "float64";
    default:
      return c10::toString(type);
  }
}

std::string line_of(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.detach().cpu().contiguous();
  const auto* bytes = static_cast<const char*>(values.data_ptr());
  return fmt::format("{} {} {} {}\n", name, dtype_name(values.scalar_type()),
                     c10::str(values.sizes()), sha256({bytes, values.nbytes()}));
}

}  // namespace

NamedTensors named_values(const torch::nn::Module& module) {
  NamedTensors values;
  for (const auto& item : module.named_parameters()) values.emplace(item.key(), item.value());
  for (const auto& item : module.named_buffers()) values.emplace(item.key(), item.value());
  return values;
}

NamedTensors weights_of(const torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  NamedTensors weights;
  for (const auto& [name, value] : named_values(module)) {
    weights.emplace(name, value.detach().to(torch::kCPU).contiguous().clone());
  }
  return weights;
}

void set_weights(torch::nn::Module& module, const NamedTensors& weights) {
  for (auto [name, value] : named_values(module)) copy_tensor(weights, name, value);
}

const torch::Tensor& find_tensor(const NamedTensors& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error("there is no tensor '{}'", name);
  return found->second;
}

void copy_tensor(const NamedTensors& tensors, const std::string& name, torch::Tensor& target) {
  const torch::Tensor& source = find_tensor(tensors, name);
  if (source.sizes() != target.sizes() || source.scalar_type() != target.scalar_type()) {
    throw Error("the tensor '{}' is {} {}: expected {} {}", name,
                c10::toString(source.scalar_type()), c10::str(source.sizes()),
                c10::toString(target.scalar_type()), c10::str(target.sizes()));
  }
  const torch::NoGradGuard no_grad;
  target.copy_(source);
}

std::string weights_sha256(const NamedTensors& weights) {
  std::string text;
  for (const auto& [name, tensor] : weights) {
    if (tensor.defined()) text += line_of(name, tensor);
  }
  return sha256(text);
}

std::string weights_sha256(const torch::jit::Module& module) {
  NamedTensors weights;
  for (const auto& item : module.named_parameters()) weights.emplace(item.name, item.value);
  for (const auto& item : module.named_buffers()) weights.emplace(item.name, item.value);
  return weights_sha256(weights);
}

}  // namespace mnist
