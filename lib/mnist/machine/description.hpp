#pragma once

#include <string>

// What the program runs on, by its names.
namespace mnist {

/// The processor's name, or "unknown".
std::string processor_name();

/// The instruction set that LibTorch's own operators use of it, such as "AVX512".
std::string cpu_capability();

/// LibTorch's version: "2.6.0".
std::string libtorch_version();

}  // namespace mnist
