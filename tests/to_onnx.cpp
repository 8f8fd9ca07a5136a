// Exports any TorchScript files, for the tests in Python: to_onnx SHAPE FILE.pt…, where SHAPE is
// the input's with its batch, "1,3,32,32". Beside each file comes FILE.pt.onnx, or on stdout one
// line says why it does not: "FILE.pt: …".

#include "mnist/onnx/to_onnx.hpp"

#include <ATen/ops/rand.h>
#include <torch/csrc/jit/serialization/import.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "mnist/onnx/messages.hpp"

int main(int argc, char** argv) {
  std::vector<std::int64_t> shape;
  std::istringstream sizes(argc > 1 ? argv[1] : "");
  for (std::string size; std::getline(sizes, size, ',');) shape.push_back(std::stoll(size));
  for (int i = 2; i < argc; ++i) {
    const std::string path = argv[i];
    try {
      const torch::jit::Module module = torch::jit::load(path, at::kCPU);
      const std::string bytes = mnist::to_onnx(module, at::rand(shape), {.output = "output"});
      std::ofstream(path + ".onnx", std::ios::binary) << bytes;
    } catch (const std::exception& error) {
      std::cout << path << ": " << mnist::onnx::message_of(error) << std::endl;
    }
  }
}
