#pragma once

namespace mnist {

/// From now on neither LibTorch's operators nor the kernels use an instruction set above AVX2, so
/// that they give the same results to the bit on every x86-64 processor that has it. To be called
/// before the first of them. Throws `Error` where the processor, or LibTorch, has no AVX2.
void hold_to_avx2();

}  // namespace mnist
