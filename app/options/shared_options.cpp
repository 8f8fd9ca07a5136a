#include "options/shared_options.hpp"

#include <fmt/ranges.h>

#include <cstdlib>
#include <optional>
#include <system_error>
#include <vector>

#include "mnist/data/class_names.hpp"
#include "mnist/machine/device.hpp"

namespace mnist {
namespace {

/// A file or folder that commands use by themselves.
struct Default {
  const char *what, *variable;
  std::string in_sources;  ///< in the folder of the sources, which is the usual one to be in
  std::string installed;   ///< beside the folder of an installed program
  const char* advice;
};

std::filesystem::path find_default(const std::filesystem::path& given, const Default& wanted) {
  if (!given.empty()) return given;
  const char* variable = std::getenv(wanted.variable);
  if (variable && *variable) return variable;
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<std::filesystem::path> candidates = {wanted.in_sources};
  // The program is build/PRESET/app/mnist there; elsewhere that folder may be anybody's.
  if (std::filesystem::exists(program / "../CMakeCache.txt", error)) {
    candidates.push_back(program / "../../.." / wanted.in_sources);
  }
  candidates.push_back(program / ".." / wanted.installed);
  std::vector<std::string> places;
  for (const std::filesystem::path& place : candidates) {
    if (std::filesystem::exists(place, error)) return place.lexically_normal();
    places.push_back(fmt::format("'{}'", place.lexically_normal().string()));
  }
  throw Error("there is no {}: ${} is not set, and neither {} is there; {}", wanted.what,
              wanted.variable, fmt::join(places, " nor "), wanted.advice);
}

}  // namespace

c10::Device DeviceName::parse(const std::string& option, const std::string& text) const {
  if (const std::optional<c10::Device> device = find_device(text)) return *device;
  throw UsageError("--{} is '{}': expected cpu, cuda, cuda:N or auto", option, text);
}

std::vector<std::string> ClassNames::parse(const std::string& /*option*/,
                                           const std::string& text) const {
  return read_class_names(text);
}

OptionValue ClassNames::write(const std::vector<std::string>& names) const {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::filesystem::path find_data(const std::filesystem::path& given) {
  return find_default(given,
                      {.what = "data set",
                       .variable = "MNIST_DATA",
                       .in_sources = "data/mnist",
                       .installed = "share/mnist/data",
                       .advice = "script/fetch-data brings MNIST, --data DIR names another"});
}

std::filesystem::path find_model(const std::filesystem::path& given, const std::string& published) {
  return find_default(given, {.what = "model",
                              .variable = "MNIST_MODEL",
                              .in_sources = "models/" + published,
                              .installed = "share/mnist/" + published,
                              .advice = "--model FILE names one, script/train makes one"});
}

}  // namespace mnist
