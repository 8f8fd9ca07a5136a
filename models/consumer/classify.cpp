// Classifies the images of an IDX file: classify MODEL.pt t10k-images-idx3-ubyte
// Prints a line an image: the digit, then the probabilities of the digits 0 to 9.
#include <torch/script.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) try {
  if (argc != 3) throw std::runtime_error("usage: classify MODEL.pt IMAGES");
  torch::jit::Module model = torch::jit::load(argv[1]);
  std::ifstream file(argv[2], std::ios::binary);
  std::vector<char> bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.size() < 16 || bytes.size() % 784 != 16) {
    throw std::runtime_error("expected an IDX file of 28x28 images");
  }
  const auto count = static_cast<std::int64_t>(bytes.size() / 784);
  const auto pixels = torch::from_blob(bytes.data() + 16, {count, 1, 28, 28}, torch::kUInt8);

  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& images : (pixels / 255).split(500)) {
    const torch::Tensor probabilities = model.forward({images}).toTensor().contiguous();
    const torch::Tensor digits = probabilities.argmax(1);
    for (std::int64_t row = 0; row < images.size(0); ++row) {
      std::printf("%d", digits[row].item<int>());
      const float* p = probabilities.data_ptr<float>() + row * 10;
      for (int digit = 0; digit < 10; ++digit) std::printf(",%.9g", p[digit]);
      std::printf("\n");
    }
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "classify: %s\n", error.what());
  return 1;
}
