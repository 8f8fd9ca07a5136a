#pragma once

#include <c10/core/Device.h>

#include <string>
#include <string_view>

namespace mnist {

/// Whether it is cpu, cuda, cuda:N or auto.
bool is_device_name(std::string_view name);

/// The device of that name: cpu, cuda (the first one), cuda:N, or auto for CUDA where there is any.
/// Throws `Error` where the name is none of these, or this LibTorch finds no such device.
c10::Device find_device(const std::string& name);

}  // namespace mnist
