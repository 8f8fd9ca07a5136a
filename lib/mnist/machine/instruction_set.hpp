#pragma once

#include <string>

namespace mnist {

/// The instruction set that the kernels use on this processor, by Highway's name: "AVX3" is
/// AVX-512.
std::string kernel_instruction_set();

/// From now on the kernels use no instruction set above AVX2, so that they give the same results to
/// the bit on every x86 processor that has it; `unpin_kernels` ends that. What was packed for one
/// instruction set (`pack_filters`) is not for another.
void pin_kernels_to_avx2();
void unpin_kernels();

}  // namespace mnist
