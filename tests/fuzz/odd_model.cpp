#include "odd_model.hpp"

#include <ATen/ATen.h>

#include <array>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "odd_steps.hpp"

namespace {

// clang-format off
constexpr std::string_view kIntegers[] = {
    "1", "2", "3", "1", "2", "0", "-1", "1", "4", "-2", "5", "7", "1", "2", "-3", "0", "8", "-7", "16", "65536",
    "2147483648", "-2147483649", "4611686018427387904", "9223372036854775807", "-9223372036854775807"};
constexpr std::string_view kSizes[] = {"1", "2", "3", "4", "2", "1", "0", "6", "3"};
constexpr std::string_view kDimensions[] = {"1", "-1", "2", "0", "3", "-2", "4", "-3", "-5", "5"};
constexpr std::string_view kNumbers[] = {"0.5", "1.0", "2.0", "0.0", "-1.0", "0.1", "1.5", "3.0", "1e-5",
                                         "1e30", "float('inf')", "-float('inf')", "float('nan')"};
constexpr std::array kTypes = {at::kFloat, at::kFloat, at::kFloat, at::kFloat, at::kLong, at::kDouble,
                               at::kHalf, at::kBool, at::kByte, at::kInt, at::kBFloat16, at::kComplexFloat};
// clang-format on
constexpr std::size_t kMostSteps = 6;
constexpr std::int64_t kMostNumbers = 1 << 16;

std::string list_of(Choices& choices, std::size_t count) {
  std::string text = "[";
  // Mostly small ones: of several large ones nothing comes but refusals.
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_odd = choices.below(4) == 3;
    text += (i > 0 ? ", " : "") +
            std::string(is_odd ? choices.one_of(kIntegers) : choices.one_of(kSizes));
  }
  return text + "]";
}

/// A step with its places filled in; `count` values are there: v0, v1, …
std::string filled(std::string_view step, Choices& choices, std::size_t count) {
  std::string result, first;
  const auto is_place = [&](std::size_t i) {
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
    };
    return std::string_view("TSUDPIQRVFB").find(step[i]) != std::string_view::npos &&
           (i == 0 || !is_name(step[i - 1])) && (i + 1 == step.size() || !is_name(step[i + 1]));
  };
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (!is_place(i)) {
      result += step[i];
      continue;
    }
    switch (step[i]) {
      case 'T':
        // Rather the last one, so that steps build on each other.
        first = "v" + std::to_string(choices.below(3) < 2 ? count - 1 : choices.below(count));
        [[fallthrough]];
      case 'S':
        result += first;
        break;
      case 'U':
        result += "v" + std::to_string(choices.below(count));
        break;
      case 'D':
        result += choices.one_of(kDimensions);
        break;
      case 'P':
        result += choices.one_of(kSizes);
        break;
      case 'I':
        result += choices.one_of(kIntegers);
        break;
      case 'F':
        result += choices.one_of(kNumbers);
        break;
      case 'B':
        result += choices.below(2) == 0 ? "False" : "True";
        break;
      default:
        result += list_of(choices, step[i] == 'Q' ? 1 : step[i] == 'R' ? 2 : 3);
    }
  }
  return result;
}

at::Tensor odd_example(Choices& choices) {
  constexpr std::array<std::size_t, 8> kRanks = {4, 4, 2, 3, 4, 1, 5, 2};
  constexpr std::array<std::int64_t, 8> kExtents = {4, 3, 6, 1, 2, 8, 5, 7};
  const std::size_t rank = choices.one_of(kRanks);
  std::vector<std::int64_t> shape = {2};
  while (shape.size() < rank) shape.push_back(choices.one_of(kExtents));
  const at::ScalarType type = choices.one_of(kTypes);
  return at::rand(shape).mul(at::isFloatingType(type) ? 1 : 4).to(type);
}

torch::jit::Module module_of(const std::string& body, const std::string& result) {
  torch::jit::Module module("Odd");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define("def forward(self, x):\n  v0 = x\n" + body + "  return " + result + "\n");
  return module;
}

bool runs(const std::string& body, const std::string& result, const at::Tensor& example) {
  try {
    const c10::IValue found = module_of(body, result).forward({example.clone()});
    return found.isTensor() && found.toTensor().numel() <= kMostNumbers;
  } catch (const std::exception&) {
    return false;
  }
}

/// The step as a line, or in a loop or a branch of two.
std::string line_of(const std::string& step, const std::string& name, const std::string& before,
                    Choices& choices) {
  switch (choices.below(12)) {
    case 10:
      return "  " + name + " = " + before + "\n  for i in range(" +
             std::string(choices.one_of(kSizes)) + "):\n    " + name + " = " + step + "\n";
    case 11:
      return "  " + name + " = " + before + "\n  if " + before + ".size(" +
             std::string(choices.one_of(kDimensions)) + ") > " +
             std::string(choices.one_of(kSizes)) + ":\n    " + name + " = " + step + "\n";
    default:
      return "  " + name + " = " + step + "\n";
  }
}

/// What the model returns of its values: mostly the last.
std::string returned(std::size_t count, Choices& choices) {
  const std::string last = "v" + std::to_string(count - 1);
  const std::string other = "v" + std::to_string(choices.below(count));
  switch (choices.below(8)) {
    case 5:
      return "(" + last + ", " + other + ")";
    case 6:
      return "[" + last + ", " + other + ", " + last + "]";
    case 7:
      return "{'a': " + last + ", 'b': " + other + "}";
    default:
      return last;
  }
}

}  // namespace

OddModel odd_model(Choices& choices) {
  const at::NoGradGuard no_grad;
  const at::Tensor example = odd_example(choices);
  std::string body;
  std::size_t count = 1;
  for (std::size_t i = 0; i < kMostSteps && !choices.are_over(); ++i) {
    const std::string name = "v" + std::to_string(count), before = "v" + std::to_string(count - 1);
    const std::string step = filled(choices.one_of(kSteps), choices, count);
    const std::string line = line_of(step, name, before, choices);
    if (!runs(body + line, name, example)) continue;
    body += line;
    ++count;
  }
  return {module_of(body, returned(count, choices)), example};
}
