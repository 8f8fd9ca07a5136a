// Whatever comes in as TorchScript, the export to ONNX gives bytes or says in one line why not. The
// first byte of an input says what the rest is: changes to a TorchScript file, or the decisions by
// which a model out of odd steps is made. With the environment variable ONNX_FUZZ_FOLDER each file
// is written there, numbered, for onnx's own checker in Python (tests/onnx_odd_test.py).

#include <ATen/ATen.h>
#include <sys/wait.h>
#include <torch/csrc/jit/serialization/import.h>
#include <unistd.h>

#include <csignal>
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

torch::jit::Module loaded(const std::string& bytes) {
  std::istringstream stream(bytes);
  return torch::jit::load(stream, at::kCPU);
}

/// LibTorch dies while it loads some code, in 1.13 a class with a constant without a type, say, and
/// no caller can prevent that: whatever loads models that nobody answers for needs a process of its
/// own for it. So has this, and only what comes through is looked at.
bool can_be_loaded(const std::string& bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV}) ::signal(number, SIG_DFL);
    try {
      loaded(bytes);
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

OddModel model_of(Choices& choices) {
  if (choices.below(3) != 0) return odd_model(choices);
  const std::string bytes = damaged_archive(choices);
  if (!can_be_loaded(bytes)) throw std::runtime_error("LibTorch does not load it");
  return {loaded(bytes), at::zeros({1, 1, 8, 8})};
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

/// An input may ask for any amount of memory: it is to be refused that, not to get it. And LibTorch
/// leaks a little with each file that it does not load.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:detect_leaks=0:max_allocation_size_mb=512";
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
