#include <vector>

#include "catch.hpp"
#include "options/command_line.hpp"

using namespace mnist;

namespace {

cxxopts::ParseResult parsed(std::vector<const char*> argv) {
  cxxopts::Options options("mnist test");
  options.add_options()("number", "", cxxopts::value<std::string>()->default_value("5"));
  add_data_option(options);
  add_machine_options(options);
  argv.insert(argv.begin(), "test");
  return parse(options, static_cast<int>(argv.size()), argv.data()).value();
}

std::string integer_error(const char* text) {
  try {
    integer_option(parsed({"--number", text}), "number", 1, 100);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a number is taken whole or not at all", "[command_line]") {
  CHECK(integer_option(parsed({}), "number", 1, 100) == 5);
  CHECK(integer_option(parsed({"--number", "100"}), "number", 1, 100) == 100);
  CHECK(real_option(parsed({"--number=1e-3"}), "number", 0, 1) == 1e-3);
  for (const char* bad : {"0", "101", "6000000000", "99999999999999999999", "7x", "x7", "", " 7",
                          "0x7", "7.0", "+7"}) {
    CHECK(integer_error(bad) ==
          fmt::format("--number is '{}': expected a whole number from 1 to 100", bad));
  }
  for (const char* bad : {"0.01abc", "nan", "inf", "1.5", "-0.1", "", "1e999"}) {
    CHECK_THROWS_AS(real_option(parsed({"--number", bad}), "number", 0, 1), UsageError);
  }
}

TEST_CASE("unknown options, arguments and missing values are usage errors", "[command_line]") {
  CHECK_THROWS_AS(parsed({"--unknown"}), UsageError);
  CHECK_THROWS_AS(parsed({"stray"}), UsageError);
  CHECK_THROWS_AS(parsed({"--number"}), UsageError);
}

TEST_CASE("devices are parsed, and one that is not there is an error", "[command_line]") {
  CHECK(device_option(parsed({})) == torch::kCPU);
  CHECK(device_option(parsed({"--device", "cpu"})) == torch::kCPU);
  CHECK_THROWS_AS(device_option(parsed({"--device", "gpu"})), UsageError);
  CHECK_THROWS_AS(device_option(parsed({"--device", ""})), UsageError);
  CHECK_THROWS_AS(device_option(parsed({"--device", "cuda:999"})), Error);
}

TEST_CASE("threads are the cores of this process unless they are given", "[command_line]") {
  CHECK(threads_option(parsed({})) >= 1);
  CHECK(threads_option(parsed({"--threads", "3"})) == 3);
  CHECK_THROWS_AS(threads_option(parsed({"--threads", "0"})), UsageError);
}
