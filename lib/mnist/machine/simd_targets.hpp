#pragma once

// Included ahead of any of Highway's headers, this picks the instruction sets that the kernels are
// compiled for: AVX-512, AVX2, NEON and the baseline. The kernels keep vectors in arrays, which the
// scalable vectors of SVE and RISC-V do not allow; the other x86 sets would bring little.
#define HWY_DISABLED_TARGETS                                                                 \
  ((HWY_AVX3 - 1) | HWY_SSE4 | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | \
   HWY_RVV)
