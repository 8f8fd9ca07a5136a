#include "mnist/model_forms/weight_files.hpp"

#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <sstream>

#include "mnist/error.hpp"
#include "mnist/files/npz.hpp"
#include "mnist/files/safetensors.hpp"
#include "mnist/files/state_dict.hpp"
#include "mnist/libtorch_error.hpp"

namespace mnist {
namespace {

/// A type of numbers, as safetensors and as NumPy call it.
struct NumberType {
  std::string_view safetensors, numpy;
  torch::Dtype dtype;
};
constexpr NumberType kNumberTypes[] = {
    {"F32", "<f4", torch::kFloat32}, {"F64", "<f8", torch::kFloat64},
    {"F16", "<f2", torch::kFloat16}, {"BF16", "", torch::kBFloat16},
    {"I64", "<i8", torch::kInt64},   {"I32", "<i4", torch::kInt32},
    {"I16", "<i2", torch::kInt16},   {"I8", "|i1", torch::kInt8},
    {"U8", "|u1", torch::kUInt8},    {"BOOL", "|b1", torch::kBool}};

torch::Tensor to_tensor(const std::string& type, std::string_view NumberType::* name,
                        const std::vector<std::int64_t>& shape, std::string_view bytes) {
  const auto* known = std::ranges::find(kNumberTypes, type, name);
  if (known == std::end(kNumberTypes)) throw Error("a tensor is of the unknown type '{}'", type);
  torch::Tensor tensor = torch::empty(shape, known->dtype);
  if (!bytes.empty()) std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

}  // namespace

std::vector<NamedTensor> torchscript_weights(std::string_view bytes) {
  std::vector<NamedTensor> weights;
  try {
    std::istringstream stream{std::string(bytes)};
    const torch::jit::Module module = torch::jit::load(stream, torch::kCPU);
    for (const auto& item : module.named_parameters()) weights.push_back({item.name, item.value});
    for (const auto& item : module.named_buffers()) weights.push_back({item.name, item.value});
  } catch (const std::exception& error) {
    throw Error("{}", one_line(error));
  }
  return weights;
}

std::vector<NamedTensor> state_dict_weights(std::string_view bytes) {
  std::vector<NamedTensor> weights;
  for (const NamedArray& array : parse_state_dict(bytes)) {
    weights.push_back(
        {array.name, to_tensor(array.dtype, &NumberType::safetensors, array.shape, array.bytes)});
  }
  return weights;
}

std::vector<NamedTensor> safetensors_weights(std::string_view bytes) {
  std::vector<NamedTensor> weights;
  for (const auto& [name, raw] : parse_safetensors(bytes).tensors) {
    weights.push_back({name, to_tensor(raw.dtype, &NumberType::safetensors, raw.shape, raw.bytes)});
  }
  return weights;
}

std::vector<NamedTensor> npz_weights(std::string_view bytes) {
  std::vector<NamedTensor> weights;
  for (const auto& [name, array] : parse_npz(bytes)) {
    std::vector<std::int64_t> shape = array.shape, dimensions(shape.size());
    std::iota(dimensions.begin(), dimensions.end(), 0);
    if (array.fortran_order) {
      std::ranges::reverse(shape);
      std::ranges::reverse(dimensions);
    }
    const torch::Tensor values = to_tensor(array.descr, &NumberType::numpy, shape, array.bytes);
    weights.push_back({name, values.permute(dimensions)});
  }
  return weights;
}

}  // namespace mnist
