#include "options/command_line.hpp"

#include <torch/cuda.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <system_error>

#include "run/process.hpp"

namespace mnist {
namespace {

constexpr std::int64_t kMostThreads = 1024;

template <typename Number>
Number parse_number(const std::string& name, const std::string& text, Number minimum,
                    Number maximum, const char* kind) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  // The comparison is written so that NaN fails it.
  if (error != std::errc() || stopped != end || !(value >= minimum && value <= maximum)) {
    throw UsageError("--{} is '{}': expected {} from {} to {}", name, text, kind, minimum, maximum);
  }
  return value;
}

/// Names the first option on the command line that there is not, and the one it is nearest to.
std::string unknown_option(const cxxopts::Options& options, int argc, const char* const* argv) {
  std::vector<std::string> names;
  for (const std::string& group : options.groups()) {
    for (const auto& option : options.group_help(group).options) {
      for (const std::string& name : option.l) names.push_back("--" + name);
    }
  }
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with('-') || name == "-" || name == "-h") continue;
    if (std::ranges::find(names, name) != names.end()) continue;
    return fmt::format("no option '{}'{}", name, suggestion(name, names));
  }
  return "no such option";
}

std::filesystem::path path_option_or(const cxxopts::ParseResult& arguments, const std::string& name,
                                     const char* variable, const char* otherwise) {
  if (arguments.count(name) != 0) return path_option(arguments, name);
  const char* value = std::getenv(variable);
  return value && *value ? value : otherwise;
}

/// Levenshtein's distance: how many characters to insert, delete or replace.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const auto distance = [&](const std::string& name) { return edit_distance(word, name); };
  const auto nearest = std::ranges::min_element(known, {}, distance);
  if (nearest == known.end() || distance(*nearest) > word.size() / 2) return {};
  return fmt::format(" (did you mean '{}'?)", *nearest);
}

void add_data_option(cxxopts::Options& options) {
  options.add_options()("data",
                        "folder with the four IDX files (default: $MNIST_DATA, else data/mnist)",
                        cxxopts::value<std::string>(), "DIR");
}

void add_model_option(cxxopts::Options& options) {
  options.add_options()("model",
                        "TorchScript file (default: $MNIST_MODEL, else models/mnist-cnn.pt)",
                        cxxopts::value<std::string>(), "FILE");
}

void add_machine_options(cxxopts::Options& options) {
  options.add_options()  //
      ("threads", "threads to compute with (default: the cores this process may use)",
       cxxopts::value<std::string>(), "N")  //
      ("device", "cpu, cuda, cuda:N or auto", cxxopts::value<std::string>()->default_value("cpu"),
       "NAME");
}

void add_color_option(cxxopts::Options& options) {
  options.add_options()("color", "auto, always or never",
                        cxxopts::value<std::string>()->default_value("auto"), "WHEN");
}

std::optional<cxxopts::ParseResult> parse(cxxopts::Options& options, int argc,
                                          const char* const* argv,
                                          std::vector<std::string>* operands) {
  options.add_options()("h,help", "show this help");
  try {
    cxxopts::ParseResult arguments = options.parse(argc, argv);
    if (arguments.count("help") != 0) {
      fmt::print("{}", options.help());
      return std::nullopt;
    }
    if (operands) *operands = arguments.unmatched();
    if (!operands && !arguments.unmatched().empty()) {
      throw UsageError("unexpected argument '{}': see mnist {} --help",
                       arguments.unmatched().front(), argv[0]);
    }
    return arguments;
  } catch (const cxxopts::exceptions::no_such_option&) {
    throw UsageError("{}: see mnist {} --help", unknown_option(options, argc, argv), argv[0]);
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError("{}: see mnist {} --help", error.what(), argv[0]);
  }
}

std::int64_t integer_option(const cxxopts::ParseResult& arguments, const std::string& name,
                            std::int64_t minimum, std::int64_t maximum) {
  return parse_number(name, arguments[name].as<std::string>(), minimum, maximum, "a whole number");
}

double real_option(const cxxopts::ParseResult& arguments, const std::string& name, double minimum,
                   double maximum) {
  return parse_number(name, arguments[name].as<std::string>(), minimum, maximum, "a number");
}

std::filesystem::path path_option(const cxxopts::ParseResult& arguments, const std::string& name) {
  const auto& text = arguments[name].as<std::string>();
  if (text.empty()) throw UsageError("--{} is empty: expected a path", name);
  return text;
}

std::filesystem::path data_option(const cxxopts::ParseResult& arguments) {
  return path_option_or(arguments, "data", "MNIST_DATA", "data/mnist");
}

std::filesystem::path model_option(const cxxopts::ParseResult& arguments) {
  return path_option_or(arguments, "model", "MNIST_MODEL", "models/mnist-cnn.pt");
}

int threads_option(const cxxopts::ParseResult& arguments) {
  if (arguments.count("threads") == 0) return available_cores();
  return static_cast<int>(integer_option(arguments, "threads", 1, kMostThreads));
}

torch::Device device_option(const cxxopts::ParseResult& arguments) {
  const auto& name = arguments["device"].as<std::string>();
  const auto devices = static_cast<std::int64_t>(torch::cuda::device_count());
  if (name == "cpu" || (name == "auto" && devices == 0)) return torch::kCPU;
  if (name == "cuda" || name == "auto" || name.starts_with("cuda:")) {
    if (devices == 0) throw Error("--device is '{}': this LibTorch finds no CUDA device", name);
    if (name == "cuda" || name == "auto") return {torch::kCUDA, 0};
    const auto index =
        parse_number<std::int64_t>("device cuda:", name.substr(5), 0, devices - 1, "a device");
    return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
  }
  throw UsageError("--device is '{}': expected cpu, cuda, cuda:N or auto", name);
}

Color color_option(const cxxopts::ParseResult& arguments) {
  const auto& when = arguments["color"].as<std::string>();
  if (when == "auto") return Color::kAuto;
  if (when == "always") return Color::kAlways;
  if (when == "never") return Color::kNever;
  throw UsageError("--color is '{}': expected auto, always or never", when);
}

}  // namespace mnist
