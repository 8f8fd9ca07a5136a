/// Images a second of a saved model, a batch at a time, as peers/inference.py measures the other
/// runtimes: it calls what `mnist evaluate` and `mnist predict` call, set up as they are.
///
/// inference DATA MODEL THREADS BATCH…

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "mnist/classifier.hpp"
#include "mnist/dataset.hpp"
#include "mnist/machine/allocator.hpp"
#include "mnist/machine/threads.hpp"

namespace {

constexpr int kWarmUpCalls = 10;
constexpr double kSeconds = 2;  // to measure each batch size

double images_per_second(mnist::Classifier& classifier, const torch::Tensor& images,
                         std::int64_t batch) {
  std::vector<torch::Tensor> batches;
  for (std::int64_t begin = 0; begin + batch <= images.size(0); begin += batch) {
    batches.push_back(images.slice(0, begin, begin + batch));
  }
  std::size_t calls = 0;
  const auto classify_next = [&] { classifier.probabilities(batches[calls++ % batches.size()]); };
  while (calls < kWarmUpCalls) classify_next();
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> took{0};
  while (took.count() < kSeconds) {
    classify_next();
    took = std::chrono::steady_clock::now() - start;
  }
  return static_cast<double>(calls - kWarmUpCalls) * static_cast<double>(batch) / took.count();
}

void run(const std::string& data, const std::string& model, int threads,
         const std::vector<std::int64_t>& batches) {
  mnist::set_threads(threads);
  mnist::Classifier classifier = mnist::Classifier::load(model, torch::kCPU);
  mnist::run_operators_serially();
  const torch::Tensor images = mnist::load_data(data, {.with_training = false}).test.images;
  for (const std::int64_t batch : batches) {
    std::printf("batch %lld: %.0f images/s\n", static_cast<long long>(batch),
                images_per_second(classifier, images, batch));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: inference DATA MODEL THREADS BATCH...\n");
    return 2;
  }
  try {
    mnist::keep_freed_memory();
    std::vector<std::int64_t> batches;
    for (int i = 4; i < argc; ++i) batches.push_back(std::stoll(argv[i]));
    run(argv[1], argv[2], std::stoi(argv[3]), batches);
    return 0;
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "inference: %s\n", exception.what());
    return 1;
  }
}
