#include "mnist/machine/reproducible.hpp"

#include <cstdlib>

#include "mnist/error.hpp"
#include "mnist/machine/description.hpp"
#include "mnist/machine/instruction_set.hpp"

namespace mnist {

void hold_to_avx2() {
  pin_kernels_to_avx2();
  if (kernel_instruction_set() != "AVX2") {
    throw Error(
        "--reproducible needs an x86-64 processor with AVX2, and here the best is {}: "
        "--reproducible=false does without",
        kernel_instruction_set());
  }
  // LibTorch reads it once, when its first operator runs.
  ::setenv("ATEN_CPU_CAPABILITY", "avx2", /*overwrite=*/1);
  if (cpu_capability() != "AVX2") {
    throw Error("--reproducible needs a LibTorch with AVX2, and this one has {}", cpu_capability());
  }
}

}  // namespace mnist
