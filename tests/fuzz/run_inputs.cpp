// Stands in for libFuzzer where there is none: run_inputs COUNT FILE… runs a fuzz test once on each
// file, then on COUNT inputs that are random, and the same each time.

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
#ifndef __SANITIZE_ADDRESS__  // which takes terabytes of addresses
  // An input may ask for any amount of memory: it is to be refused that, not to get it.
  const rlimit memory = {rlim_t{8} << 30, rlim_t{8} << 30};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
  for (int i = 2; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  const int count = argc > 1 ? std::atoi(argv[1]) : 0;
  for (int i = 0; i < count; ++i) {
    std::mt19937 random(static_cast<std::uint32_t>(i));
    std::vector<std::uint8_t> bytes(16 + random() % 112);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}
