#pragma once

#include <torch/types.h>

#include <cstdint>
#include <cxxopts.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/terminal.hpp"
#include "mnist/error.hpp"

namespace mnist {

/// The command line is wrong: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// The options that have the same meaning in more than one command.
void add_data_option(cxxopts::Options& options);
void add_model_option(cxxopts::Options& options);
void add_machine_options(cxxopts::Options& options);
void add_color_option(cxxopts::Options& options);

/// Parses `argv`, or prints the help and returns nothing where `--help` is there. Every option is
/// taken as text; the functions below turn it into values. What is no option goes to `operands`, or
/// is refused where that is null.
std::optional<cxxopts::ParseResult> parse(cxxopts::Options& options, int argc,
                                          const char* const* argv,
                                          std::vector<std::string>* operands = nullptr);

/// " (did you mean 'NAME'?)" with the name that `word` is nearest to, or nothing if none is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

/// The option's value, parsed whole (cxxopts would take "6000000000" for an int and "0.01abc" for a
/// double). Throws `UsageError` where it is not a number from `minimum` to `maximum`.
std::int64_t integer_option(const cxxopts::ParseResult& arguments, const std::string& name,
                            std::int64_t minimum, std::int64_t maximum);
double real_option(const cxxopts::ParseResult& arguments, const std::string& name, double minimum,
                   double maximum);

std::filesystem::path path_option(const cxxopts::ParseResult& arguments, const std::string& name);

/// `--data`, else $MNIST_DATA, else data/mnist.
std::filesystem::path data_option(const cxxopts::ParseResult& arguments);

/// `--model`, else $MNIST_MODEL, else models/mnist-cnn.pt.
std::filesystem::path model_option(const cxxopts::ParseResult& arguments);

/// `--threads`, else the cores that this process may use.
int threads_option(const cxxopts::ParseResult& arguments);

/// `--device`: cpu, cuda, cuda:N, or auto for CUDA where there is any.
torch::Device device_option(const cxxopts::ParseResult& arguments);

/// `--color`: auto, always or never.
Color color_option(const cxxopts::ParseResult& arguments);

}  // namespace mnist
