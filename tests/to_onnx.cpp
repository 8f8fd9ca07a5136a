// Exports any TorchScript file, for the tests in Python: to_onnx MODEL.pt SHAPE FILE.onnx, where
// SHAPE is the input's with its batch, "1,3,32,32". What is refused is one line, and the status 1.

#include "mnist/onnx/to_onnx.hpp"

#include <ATen/ops/rand.h>
#include <torch/csrc/jit/serialization/import.h>

#include <fstream>
#include <iostream>
#include <sstream>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    std::vector<std::int64_t> shape;
    std::istringstream sizes(argv[2]);
    for (std::string size; std::getline(sizes, size, ',');) shape.push_back(std::stoll(size));
    const torch::jit::Module module = torch::jit::load(argv[1], at::kCPU);
    const std::string bytes = mnist::to_onnx(module, at::rand(shape), {.output = "output"});
    std::ofstream(argv[3], std::ios::binary) << bytes;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
