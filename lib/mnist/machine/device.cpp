#include "mnist/machine/device.hpp"

#include <torch/cuda.h>

#include <charconv>
#include <limits>

#include "mnist/error.hpp"

namespace mnist {
namespace {

constexpr std::string_view kIndexed = "cuda:";

}  // namespace

bool is_device_name(std::string_view name) {
  return name == "cpu" || name == "cuda" || name == "auto" ||
         (name.starts_with(kIndexed) && name.size() > kIndexed.size() &&
          name.find_first_not_of("0123456789", kIndexed.size()) == name.npos);
}

c10::Device find_device(const std::string& name) {
  if (!is_device_name(name)) {
    throw Error("the device is '{}': expected cpu, cuda, cuda:N or auto", name);
  }
  const auto devices = static_cast<int>(torch::cuda::device_count());
  if (name == "cpu" || (name == "auto" && devices == 0)) return c10::kCPU;
  int index = 0;
  if (name.starts_with(kIndexed)) {
    const char* end = name.data() + name.size();
    const auto error = std::from_chars(name.data() + kIndexed.size(), end, index).ec;
    if (error != std::errc()) index = std::numeric_limits<int>::max();  // more than there can be
  }
  if (devices == 0) throw Error("the device is '{}': this LibTorch finds no CUDA device", name);
  if (index >= devices) {
    throw Error("the device is '{}': expected cuda:0 to cuda:{}", name, devices - 1);
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace mnist
