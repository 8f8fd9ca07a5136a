// Whatever comes in as TorchScript, the export to ONNX gives bytes or says in one line why not. The
// first byte of an input says what the rest is: changes to a TorchScript file, or the decisions by
// which a model out of odd steps is made. With the environment variable ONNX_FUZZ_FOLDER each file
// is written there, numbered, for onnx's own checker in Python (tests/onnx_odd_test.py).

#include <ATen/ATen.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "damaged_archive.hpp"
#include "mnist/onnx/to_onnx.hpp"
#include "odd_model.hpp"

namespace {

OddModel model_of(Choices& choices) {
  if (choices.below(3) != 0) return odd_model(choices);
  std::istringstream stream(damaged_archive(choices));
  return {torch::jit::load(stream, at::kCPU), at::zeros({1, 1, 8, 8})};
}

/// What the standard library says where the export itself goes wrong.
bool is_mistake(std::string_view message) {
  for (const std::string_view words : {"_M_range_check", "::at", "std::get", "bad_", "stol"}) {
    if (message.find(words) != std::string_view::npos) return true;
  }
  return message.empty() || message.find('\n') != std::string_view::npos;
}

/// With the code that it was made of.
void write(const std::string& bytes, const torch::jit::Module& module) {
  static const char* const kFolder = std::getenv("ONNX_FUZZ_FOLDER");
  static int count = 0;
  if (kFolder == nullptr || *kFolder == '\0') return;
  const std::string path = std::string(kFolder) + "/" + std::to_string(count++);
  std::ofstream(path + ".onnx", std::ios::binary) << bytes;
  std::ofstream(path + ".py") << module.dump_to_str(true, false, false);
}

}  // namespace

/// An input may ask for any amount of memory: it is to be refused that, not to get it.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=512";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Choices choices({data, size});
  OddModel model;
  try {
    model = model_of(choices);
  } catch (const std::exception&) {
    return 0;  // LibTorch refuses it
  }
  try {
    write(mnist::to_onnx(model.module, model.example), model.module);
  } catch (const std::runtime_error& error) {
    if (is_mistake(error.what())) {
      std::cerr << error.what() << '\n' << model.module.dump_to_str(true, false, false);
      std::abort();
    }
  }
  return 0;
}
