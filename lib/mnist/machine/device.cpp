#include "mnist/machine/device.hpp"

#include <torch/cuda.h>

#include <charconv>
#include <string_view>

#include "mnist/error.hpp"

namespace mnist {

std::optional<c10::Device> find_device(const std::string& name) {
  const auto devices = static_cast<int>(torch::cuda::device_count());
  if (name == "cpu" || (name == "auto" && devices == 0)) return c10::kCPU;
  int index = 0;
  if (const std::string_view prefix = "cuda:"; name.starts_with(prefix)) {
    const char* end = name.data() + name.size();
    const auto [stopped, error] = std::from_chars(name.data() + prefix.size(), end, index);
    if (error != std::errc() || stopped != end || index < 0) return std::nullopt;
  } else if (name != "cuda" && name != "auto") {
    return std::nullopt;
  }
  if (devices == 0) throw Error("the device is '{}': this LibTorch finds no CUDA device", name);
  if (index >= devices) {
    throw Error("the device is '{}': expected cuda:0 to cuda:{}", name, devices - 1);
  }
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace mnist
