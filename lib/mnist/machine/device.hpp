#pragma once

#include <c10/core/Device.h>

#include <optional>
#include <string>

namespace mnist {

/// The device of that name: cpu, cuda (the first one), cuda:N, or auto for CUDA where there is any;
/// nothing where the name is none of these. Throws `Error` where this LibTorch finds no such
/// device.
std::optional<c10::Device> find_device(const std::string& name);

}  // namespace mnist
