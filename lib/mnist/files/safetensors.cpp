#include "mnist/files/safetensors.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "mnist/error.hpp"

namespace mnist {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::size_t kLengthSize = sizeof(std::uint64_t);
constexpr std::string_view kMetadata = "__metadata__";

std::uint64_t element_size(const std::string& dtype) {
  static const std::map<std::string, std::uint64_t> kSizes = {
      {"F32", 4}, {"F64", 8}, {"F16", 2}, {"BF16", 2}, {"I64", 8},
      {"I32", 4}, {"I16", 2}, {"I8", 1},  {"U8", 1},   {"BOOL", 1}};
  const auto size = kSizes.find(dtype);
  if (size == kSizes.end()) throw Error("a tensor is of the unknown type '{}'", dtype);
  return size->second;
}

/// The bytes of a tensor of that shape; the product may be anything, so it is watched.
std::uint64_t byte_size(const RawTensor& tensor) {
  std::uint64_t bytes = element_size(tensor.dtype);
  for (const std::int64_t size : tensor.shape) {
    const auto factor = static_cast<std::uint64_t>(size);
    if (size < 0 || (factor != 0 && bytes > std::numeric_limits<std::uint32_t>::max() / factor)) {
      throw Error("a tensor has the impossible size {}", size);
    }
    bytes *= factor;
  }
  return bytes;
}

/// nlohmann-json would cast 1e300 as well, which is undefined.
template <typename Integer>
Integer integer(const nlohmann::json& value) {
  if (!value.is_number_integer()) throw Error("a tensor's {} is no integer", value.type_name());
  return value.get<Integer>();
}

RawTensor parse_tensor(const nlohmann::json& entry, std::string_view data) {
  RawTensor tensor{entry.at("dtype").get<std::string>(), {}, {}};
  for (const auto& size : entry.at("shape")) tensor.shape.push_back(integer<std::int64_t>(size));
  const auto& offsets = entry.at("data_offsets");
  const auto begin = integer<std::uint64_t>(offsets.at(0));
  const auto end = integer<std::uint64_t>(offsets.at(1));
  if (begin > end || end > data.size() || end - begin != byte_size(tensor)) {
    throw Error("a tensor's bytes {} to {} are not the {} it has, or not among the {} there are",
                begin, end, byte_size(tensor), data.size());
  }
  tensor.bytes = data.substr(begin, end - begin);
  return tensor;
}

}  // namespace

std::string to_bytes(const Safetensors& file) {
  nlohmann::ordered_json header = {{kMetadata, file.metadata}};
  std::size_t end = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t begin = end;
    end += tensor.bytes.size();
    header[name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // the tensors begin at a multiple of 8

  const std::uint64_t length = text.size();
  std::string bytes(kLengthSize, '\0');
  std::memcpy(bytes.data(), &length, kLengthSize);
  bytes += text;
  for (const auto& [name, tensor] : file.tensors) bytes += tensor.bytes;
  return bytes;
}

Safetensors parse_safetensors(std::string_view bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < kLengthSize) throw Error("it ends within its first {} bytes", kLengthSize);
  std::memcpy(&length, bytes.data(), kLengthSize);
  bytes.remove_prefix(kLengthSize);
  if (length > bytes.size()) {
    throw Error("its header is to have {} bytes, but {} follow", length, bytes.size());
  }
  Safetensors file;
  try {
    const auto header = nlohmann::json::parse(bytes.substr(0, length));
    for (const auto& [name, entry] : header.items()) {
      if (name == kMetadata) {
        file.metadata = entry.get<std::map<std::string, std::string>>();
      } else {
        file.tensors.emplace(name, parse_tensor(entry, bytes.substr(length)));
      }
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error("its header is not that of a safetensors file: {}", error.what());
  }
  return file;
}

}  // namespace mnist
