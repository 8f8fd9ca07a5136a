#include "mnist/machine/description.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

#include <fstream>
#include <sstream>
#include <string_view>

namespace mnist {
namespace {

/// The text after `key` on the line of `text` that has it, or "unknown".
std::string value_after(std::istream& text, std::string_view key) {
  for (std::string line; std::getline(text, line);) {
    const auto found = line.find(key);
    if (found == std::string::npos) continue;
    const auto begin = line.find_first_not_of(": \t", found + key.size());
    if (begin != std::string::npos) return line.substr(begin);
  }
  return "unknown";
}

}  // namespace

std::string processor_name() {
  std::ifstream processors("/proc/cpuinfo");
  return value_after(processors, "model name");
}

std::string cpu_capability() {
  std::istringstream config(at::show_config());
  return value_after(config, "CPU capability usage");
}

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace mnist
