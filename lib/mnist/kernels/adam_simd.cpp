#include "mnist/kernels/adam_simd.hpp"

#include "mnist/machine/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mnist/kernels/adam_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "mnist/kernels/simd-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace mnist::simd::HWY_NAMESPACE {

void adam_step(const AdamStep& step, const float* HWY_RESTRICT gradients,
               float* HWY_RESTRICT parameters, float* HWY_RESTRICT first_moments,
               float* HWY_RESTRICT second_moments, std::int64_t count) {
  const Floats d;
  const Vector beta1 = hn::Set(d, step.beta1), one_minus_beta1 = hn::Set(d, step.one_minus_beta1);
  const Vector beta2 = hn::Set(d, step.beta2), one_minus_beta2 = hn::Set(d, step.one_minus_beta2);
  const Vector step_size = hn::Set(d, step.step_size), epsilon = hn::Set(d, step.epsilon);
  const Vector root_factor = hn::Set(d, 1 / step.root_of_correction);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const std::int64_t left = count - i;
    const Vector gradient = load_first(d, gradients + i, left);
    const Vector first = hn::MulAdd(beta1, load_first(d, first_moments + i, left),
                                    hn::Mul(one_minus_beta1, gradient));
    const Vector second = hn::MulAdd(beta2, load_first(d, second_moments + i, left),
                                     hn::Mul(one_minus_beta2, hn::Mul(gradient, gradient)));
    const Vector denominator = hn::MulAdd(hn::Sqrt(second), root_factor, epsilon);
    const Vector parameter =
        hn::NegMulAdd(step_size, hn::Div(first, denominator), load_first(d, parameters + i, left));
    store_first(first, d, first_moments + i, left);
    store_first(second, d, second_moments + i, left);
    store_first(parameter, d, parameters + i, left);
  }
}

}  // namespace mnist::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mnist::simd {

HWY_EXPORT(adam_step);

void adam_step(const AdamStep& step, const float* gradients, float* parameters,
               float* first_moments, float* second_moments, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(adam_step)
  (step, gradients, parameters, first_moments, second_moments, count);
}

}  // namespace mnist::simd
#endif
