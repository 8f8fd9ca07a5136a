#include "mnist/machine/instruction_set.hpp"

#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/machine/instruction_set.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mnist::HWY_NAMESPACE {

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

}  // namespace mnist::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist {

HWY_EXPORT(target_name);

std::string kernel_instruction_set() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

void pin_kernels_to_avx2() {
  // The lower a target's bit, the better it is.
  hwy::DisableTargets(HWY_AVX2 - 1);
}

void unpin_kernels() { hwy::DisableTargets(0); }

}  // namespace mnist
#endif
